/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * database.h - SQLite with this project's error values
 */
#ifndef KSPLICE_DIFFER_INDEX_DATABASE_H
#define KSPLICE_DIFFER_INDEX_DATABASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct sqlite3;
struct sqlite3_stmt;

struct database {
	struct sqlite3 *handle;
	char *path; /* for messages */
};

/* Opens or creates the file; ":memory:" is one of its own. */
struct error *database_open(const char *path, struct database *database);
/* Opens a file that is there and is not to be written. */
struct error *database_open_to_read(const char *path, struct database *database);
void database_close(struct database *database);

/* Runs statements that give no rows. */
struct error *database_run(const struct database *database, const char *statements);

/*
 * A query or an insertion. Each letter of types stands for one argument:
 * i int64_t; t const char *; b const void *, size_t. A pointer of NULL is NULL. Release
 * with database_finish.
 */
struct error *database_prepare(const struct database *database, const char *sql,
	struct sqlite3_stmt **statement);
void database_bind(struct sqlite3_stmt *statement, const char *types, ...);

/* The next row, if there is one. */
struct error *database_step(
	const struct database *database, struct sqlite3_stmt *statement, bool *row);

/* Runs a prepared statement that gives no rows, and makes it ready for the next. */
struct error *database_execute(
	const struct database *database, struct sqlite3_stmt *statement);

/* Ends reading its rows, and makes it ready for the next arguments. */
void database_reset(struct sqlite3_stmt *statement);

/* Columns of the present row. A text of NULL reads as "". Texts and bytes are borrowed.
 */
int64_t database_number(struct sqlite3_stmt *statement, int column);
const char *database_text(struct sqlite3_stmt *statement, int column);
const void *database_bytes(struct sqlite3_stmt *statement, int column, size_t *size);

int64_t database_last_number(const struct database *database);

void database_finish(struct sqlite3_stmt *statement);

static inline void cleanup_statement(struct sqlite3_stmt **statement)
{
	database_finish(*statement);
}
#define scope_statement __attribute__((cleanup(cleanup_statement)))

#endif
