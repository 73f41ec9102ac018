// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/database.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"

/* Another ksplice-create may be updating the same index; it takes seconds at most. */
static const int database_wait_ms = 60000;

/* Of SQLite's machine, between two looks for a signal: far below a second. */
static const int database_steps = 100000;

/* So much memory that no page is written before the end of a transaction; and no
 * waiting for the disk: what the index holds can be made again. */
static const char database_settings[] =
	"PRAGMA cache_size = -131072; PRAGMA synchronous = OFF";

static bool database_is_damaged(const struct database *database)
{
	int code = sqlite3_errcode(database->handle);
	return code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
}

static struct error *database_problem(const struct database *database)
{
	if (sqlite3_errcode(database->handle) == SQLITE_INTERRUPT)
		return error_interrupted("%s: interrupted", database->path);
	struct error *error =
		error_failed("%s: %s", database->path, sqlite3_errmsg(database->handle));
	return database_is_damaged(database)
		       ? error_hint(
				 error, "remove the file; ksplice-index makes it again")
		       : error;
}

/* A signal ends a long query. */
static int database_is_interrupted(void *unused)
{
	(void)unused;
	return process_interruption() != 0;
}

static struct error *database_open_with(
	const char *path, int flags, struct database *database)
{
	struct database opened = {NULL, memory_copy_text(path)};
	if (sqlite3_open_v2(path, &opened.handle, flags, NULL) != SQLITE_OK) {
		struct error *error = database_problem(&opened);
		database_close(&opened);
		return error;
	}
	sqlite3_busy_timeout(opened.handle, database_wait_ms);
	sqlite3_exec(opened.handle, database_settings, NULL, NULL, NULL);
	sqlite3_progress_handler(
		opened.handle, database_steps, database_is_interrupted, NULL);
	*database = opened;
	return NULL;
}

struct error *database_open(const char *path, struct database *database)
{
	return database_open_with(
		path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, database);
}

struct error *database_open_to_read(const char *path, struct database *database)
{
	return database_open_with(path, SQLITE_OPEN_READONLY, database);
}

void database_close(struct database *database)
{
	sqlite3_close(database->handle);
	free(database->path);
	*database = (struct database){0};
}

struct error *database_run(const struct database *database, const char *statements)
{
	if (sqlite3_exec(database->handle, statements, NULL, NULL, NULL) != SQLITE_OK)
		return database_problem(database);
	return NULL;
}

struct error *database_prepare(
	const struct database *database, const char *sql, struct sqlite3_stmt **statement)
{
	if (sqlite3_prepare_v2(database->handle, sql, -1, statement, NULL) != SQLITE_OK)
		return database_problem(database);
	return NULL;
}

void database_bind(struct sqlite3_stmt *statement, const char *types, ...)
{
	va_list arguments;
	va_start(arguments, types);
	for (int i = 0; types[i]; i++) {
		if (types[i] == 'i') {
			sqlite3_bind_int64(statement, i + 1, va_arg(arguments, int64_t));
		} else if (types[i] == 't') {
			sqlite3_bind_text(statement, i + 1,
				va_arg(arguments, const char *), -1, SQLITE_TRANSIENT);
		} else {
			const void *bytes = va_arg(arguments, const void *);
			sqlite3_bind_blob64(statement, i + 1, bytes,
				va_arg(arguments, size_t), SQLITE_TRANSIENT);
		}
	}
	va_end(arguments);
}

struct error *database_step(
	const struct database *database, struct sqlite3_stmt *statement, bool *row)
{
	int status = sqlite3_step(statement);
	if (status != SQLITE_ROW && status != SQLITE_DONE)
		return database_problem(database);
	*row = status == SQLITE_ROW;
	return NULL;
}

struct error *database_execute(
	const struct database *database, struct sqlite3_stmt *statement)
{
	bool row;
	struct error *error = database_step(database, statement, &row);
	sqlite3_reset(statement);
	return error;
}

void database_reset(struct sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
}

int64_t database_number(struct sqlite3_stmt *statement, int column)
{
	return sqlite3_column_int64(statement, column);
}

const char *database_text(struct sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	return text ? (const char *)text : "";
}

const void *database_bytes(struct sqlite3_stmt *statement, int column, size_t *size)
{
	const void *bytes = sqlite3_column_blob(statement, column);
	*size = bytes ? (size_t)sqlite3_column_bytes(statement, column) : 0;
	return bytes;
}

int64_t database_last_number(const struct database *database)
{
	return sqlite3_last_insert_rowid(database->handle);
}

void database_finish(struct sqlite3_stmt *statement)
{
	sqlite3_finalize(statement);
}
