// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_digest.h"

#include <string.h>

#include "differ/index/database.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char digest_suffix[] = ".digest";
static const char journal_suffix[] = "-journal"; /* SQLite's */

static struct error *digest_compute(const char *path, char **digest)
{
	scope_text struct text content = {0};
	try(file_read(path, &content));
	*digest = digest_to_text(digest_of(content.data, content.size));
	return NULL;
}

struct error *index_digest_keep(const char *path)
{
	scope_free char *kept = memory_format("%s%s", path, digest_suffix);
	scope_free char *digest = NULL;
	try(digest_compute(path, &digest));
	return file_write(kept, digest, strlen(digest));
}

static struct error *database_check(const char *path, bool *is_sound)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	struct database database;
	bool row;
	try(database_open_to_read(path, &database));
	struct error *error =
		database_prepare(&database, "PRAGMA quick_check(1)", &statement);
	if (!error)
		error = database_step(&database, statement, &row);
	if (!error)
		*is_sound = row && strcmp(database_text(statement, 0), "ok") == 0;
	database_finish(take_pointer(statement));
	database_close(&database);
	return error;
}

bool index_digest_check(const char *path)
{
	scope_free char *kept = memory_format("%s%s", path, digest_suffix);
	scope_free char *digest = NULL;
	scope_text struct text wanted = {0};
	bool is_sound = false;
	scope_error struct error *absent = file_read(kept, &wanted);
	scope_error struct error *error =
		absent ? database_check(path, &is_sound) : digest_compute(path, &digest);
	if (error)
		return false;
	return absent ? is_sound : wanted.data && strcmp(wanted.data, digest) == 0;
}

struct error *index_digest_remove(const char *path)
{
	static const char *const suffixes[] = {digest_suffix, journal_suffix, ""};
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		scope_free char *file = memory_format("%s%s", path, suffixes[i]);
		try(file_remove(file));
	}
	return NULL;
}
