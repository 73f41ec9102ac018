// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_schema.h"

#include <inttypes.h>
#include <stdint.h>

#include "differ/index/database.h"
#include "lib/error.h"
#include "lib/text.h"

/* Changes with the tables below; an index of another version is made anew. */
static const int64_t index_version = 2;

/* Few keys beside the primary ones: to read a whole table takes milliseconds, and each
 * further key would have to be kept at each update. */
static const char schema[] =
	"CREATE TABLE target(name TEXT PRIMARY KEY, stamp TEXT NOT NULL, build_id BLOB)"
	"  WITHOUT ROWID;"
	"CREATE TABLE unit(number INTEGER PRIMARY KEY, object TEXT UNIQUE NOT NULL,"
	"  source TEXT NOT NULL, target TEXT NOT NULL, link_order INTEGER NOT NULL,"
	"  state TEXT NOT NULL, reason TEXT NOT NULL,"
	"  record_stamp TEXT NOT NULL, object_stamp TEXT NOT NULL);"
	"CREATE TABLE file(number INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL,"
	"  stamp TEXT, digest BLOB);"
	"CREATE TABLE input(unit INTEGER PRIMARY KEY, files BLOB NOT NULL);"
	"CREATE TABLE name(number INTEGER PRIMARY KEY, name TEXT NOT NULL);"
	"CREATE TABLE function(unit INTEGER NOT NULL, number INTEGER NOT NULL,"
	"  name INTEGER NOT NULL, hash BLOB NOT NULL, file INTEGER, first_line INTEGER,"
	"  last_line INTEGER, cold INTEGER, origin INTEGER, inlined BLOB,"
	"  PRIMARY KEY(unit, number)) WITHOUT ROWID;"
	"CREATE TABLE symbol(unit INTEGER NOT NULL, section INTEGER NOT NULL,"
	"  offset INTEGER NOT NULL, name INTEGER NOT NULL, size INTEGER NOT NULL,"
	"  kind INTEGER NOT NULL, function INTEGER,"
	"  PRIMARY KEY(unit, section, offset, name)) WITHOUT ROWID;"
	"CREATE TABLE place(unit INTEGER NOT NULL, section INTEGER NOT NULL,"
	"  name TEXT NOT NULL, size INTEGER NOT NULL, code INTEGER NOT NULL,"
	"  output TEXT, address INTEGER NOT NULL, state INTEGER NOT NULL,"
	"  how INTEGER NOT NULL, PRIMARY KEY(unit, section)) WITHOUT ROWID;";

static struct error *schema_read_number(
	const struct database *database, const char *sql, int64_t *number)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	bool row;
	try(database_prepare(database, sql, &statement));
	try(database_step(database, statement, &row));
	*number = row ? database_number(statement, 0) : 0;
	return NULL;
}

struct error *index_schema_find_state(
	const struct database *database, enum index_schema_state *state)
{
	int64_t version;
	int64_t tables;
	try(schema_read_number(database, "PRAGMA user_version", &version));
	try(schema_read_number(database, "SELECT count(*) FROM sqlite_schema", &tables));
	if (version == index_version)
		*state = INDEX_SCHEMA_PRESENT;
	else
		*state = version || tables ? INDEX_SCHEMA_OTHER : INDEX_SCHEMA_ABSENT;
	return NULL;
}

struct error *index_schema_create(const struct database *database)
{
	scope_text struct text sql = {0};
	text_add(&sql, schema);
	text_add_format(&sql, "PRAGMA user_version = %" PRId64, index_version);
	return database_run(database, sql.data);
}
