// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index_update.h"

#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "differ/build_record.h"
#include "differ/database.h"
#include "differ/elf_object.h"
#include "differ/kernel_image.h"
#include "differ/kernel_tree.h"
#include "differ/placement.h"
#include "differ/placement_order.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/record_rule.h"
#include "lib/text.h"

/* Changes with the tables below; an index of another version is made anew. */
static const int64_t index_version = 1;

static const char schema[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value);"
	"CREATE TABLE unit(number INTEGER PRIMARY KEY, object TEXT UNIQUE NOT NULL,"
	"  source TEXT NOT NULL DEFAULT '', target TEXT NOT NULL DEFAULT '',"
	"  link_order INTEGER, state TEXT NOT NULL DEFAULT 'unrecorded',"
	"  reason TEXT NOT NULL DEFAULT 'the compile left no record',"
	"  stamp TEXT NOT NULL DEFAULT '', seen INTEGER NOT NULL DEFAULT 1);"
	"CREATE TABLE file(number INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, digest "
	"TEXT);"
	"CREATE TABLE input(unit INTEGER NOT NULL, file INTEGER NOT NULL,"
	"  PRIMARY KEY(file, unit)) WITHOUT ROWID;"
	"CREATE INDEX input_unit ON input(unit);"
	"CREATE TABLE function(unit INTEGER NOT NULL, name TEXT NOT NULL, hash TEXT NOT "
	"NULL,"
	"  file TEXT, first_line INTEGER, last_line INTEGER, section TEXT);"
	"CREATE INDEX function_unit ON function(unit);"
	"CREATE INDEX function_name ON function(name);"
	"CREATE TABLE inlined(unit INTEGER NOT NULL, function TEXT NOT NULL,"
	"  callee TEXT NOT NULL);"
	"CREATE INDEX inlined_unit ON inlined(unit);"
	"CREATE INDEX inlined_callee ON inlined(callee);"
	"CREATE TABLE place(unit INTEGER NOT NULL, section INTEGER NOT NULL,"
	"  name TEXT NOT NULL, size INTEGER NOT NULL, code INTEGER NOT NULL,"
	"  address INTEGER NOT NULL, state INTEGER NOT NULL, how INTEGER NOT NULL,"
	"  PRIMARY KEY(unit, section)) WITHOUT ROWID;";

static const char *const tables[] = {
	"meta",
	"unit",
	"file",
	"input",
	"function",
	"inlined",
	"place",
};

struct updating {
	const struct database *database;
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	/* Numbers of files by the path as the compiler had it, with its folder: a
	 * thousand units name the same thousand headers. */
	struct name_map files;
	bool is_changed; /* a record or the list of targets is another than before */
};

/* What tells one version of a file from another without reading it. */
static char *stamp_from_status(const struct stat *status)
{
	return memory_format("%lld.%09ld %lld", (long long)status->st_mtim.tv_sec,
		status->st_mtim.tv_nsec, (long long)status->st_size);
}

static struct error *meta_read(
	const struct database *database, const char *key, char **value)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	bool row;
	try(database_prepare(
		database, "SELECT value FROM meta WHERE key = ?", &statement));
	database_bind(statement, "t", key);
	try(database_step(database, statement, &row));
	*value = row ? memory_copy_text(database_text(statement, 0)) : NULL;
	return NULL;
}

static struct error *meta_write(
	const struct database *database, const char *key, const char *value)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	/* The row stays the same one: the copy in a seal is to depend on content alone.
	 */
	try(database_prepare(database,
		"INSERT INTO meta VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = "
		"excluded.value",
		&statement));
	database_bind(statement, "tt", key, value);
	return database_execute(database, statement);
}

/* Makes the tables, unless they are there in this version. */
static struct error *index_prepare(const struct database *database)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	bool row;
	try(database_prepare(database, "PRAGMA user_version", &statement));
	try(database_step(database, statement, &row));
	if (database_number(statement, 0) == index_version)
		return NULL;
	scope_text struct text sql = {0};
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		text_add_format(&sql, "DROP TABLE IF EXISTS %s;", tables[i]);
	text_add(&sql, schema);
	text_add_format(&sql, "PRAGMA user_version = %" PRId64, index_version);
	return database_run(database, sql.data);
}

static struct error *unit_forget(const struct updating *updating, int64_t number)
{
	static const char *const statements[] = {
		"DELETE FROM input WHERE unit = ?",
		"DELETE FROM function WHERE unit = ?",
		"DELETE FROM inlined WHERE unit = ?",
	};
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		scope_statement struct sqlite3_stmt *statement = NULL;
		try(database_prepare(updating->database, statements[i], &statement));
		database_bind(statement, "i", number);
		try(database_execute(updating->database, statement));
	}
	return NULL;
}

/* The number of a path in the table of files, which gets it if it is new. */
static struct error *file_enter(
	const struct updating *updating, const char *path, int64_t *number)
{
	scope_statement struct sqlite3_stmt *enter = NULL;
	scope_statement struct sqlite3_stmt *find = NULL;
	bool row;
	try(database_prepare(updating->database,
		"INSERT OR IGNORE INTO file(path) VALUES(?)", &enter));
	database_bind(enter, "t", path);
	try(database_execute(updating->database, enter));
	try(database_prepare(
		updating->database, "SELECT number FROM file WHERE path = ?", &find));
	database_bind(find, "t", path);
	try(database_step(updating->database, find, &row));
	*number = database_number(find, 0);
	return NULL;
}

static struct error *input_find_number(
	struct updating *updating, const char *folder, const char *input, int64_t *number)
{
	scope_free char *key = memory_format("%s\n%s", folder, input);
	if (name_map_find(&updating->files, key, number))
		return NULL;
	scope_free char *path = file_normalize(folder, input);
	scope_free char *related = kernel_tree_relate_path(updating->tree, path);
	try(file_enter(updating, related, number));
	name_map_set(&updating->files, key, *number);
	return NULL;
}

static struct error *unit_add_inputs(
	struct updating *updating, int64_t unit, const struct record *record)
{
	scope_statement struct sqlite3_stmt *insert = NULL;
	try(database_prepare(updating->database,
		"INSERT OR IGNORE INTO input(unit, file) VALUES(?, ?)", &insert));
	size_t count = json_count_items(record->inputs);
	for (size_t i = 0; i < count; i++) {
		const char *input = json_find_item_text(record->inputs, i);
		if (!input)
			continue;
		int64_t file;
		try(input_find_number(updating, record->folder, input, &file));
		database_bind(insert, "ii", unit, file);
		try(database_execute(updating->database, insert));
	}
	return NULL;
}

static struct error *unit_add_functions(
	const struct updating *updating, int64_t unit, const struct record *record)
{
	scope_statement struct sqlite3_stmt *insert = NULL;
	scope_statement struct sqlite3_stmt *insert_inlined = NULL;
	try(database_prepare(updating->database,
		"INSERT INTO function VALUES(?, ?, ?, ?, ?, ?, ?)", &insert));
	try(database_prepare(updating->database, "INSERT INTO inlined VALUES(?, ?, ?)",
		&insert_inlined));
	size_t count = json_count_items(record->functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *function = json_find_item(record->functions, i);
		const char *name = json_find_text(function, "name");
		const char *hash = json_find_text(function, "hash");
		if (!name || !hash)
			return error_failed(
				"%s: its record has a function without name or hash",
				record->object);
		const char *file = json_find_text(function, "file");
		scope_free char *path =
			file ? file_normalize(record->folder, file) : NULL;
		scope_free char *related =
			path ? kernel_tree_relate_path(updating->tree, path) : NULL;
		database_bind(insert, "itttiit", unit, name, hash, related,
			json_find_number(function, "line", 0),
			json_find_number(function, "end", 0),
			json_find_text(function, "section"));
		try(database_execute(updating->database, insert));
		const struct json_t *inlined = json_find(function, "inlined");
		size_t inlined_count = json_count_items(inlined);
		for (size_t k = 0; k < inlined_count; k++) {
			database_bind(insert_inlined, "itt", unit, name,
				json_find_item_text(inlined, k));
			try(database_execute(updating->database, insert_inlined));
		}
	}
	return NULL;
}

/* Enters the record under the object's unit, which may be there already. */
static struct error *unit_enter(struct updating *updating, const struct record *record,
	const char *object, const char *reason, const char *stamp)
{
	scope_statement struct sqlite3_stmt *enter = NULL;
	scope_statement struct sqlite3_stmt *find = NULL;
	scope_free char *path =
		reason ? NULL : file_normalize(record->folder, record->source);
	scope_free char *related = path ? kernel_tree_relate_path(updating->tree, path)
					: memory_copy_text("");
	try(database_prepare(updating->database,
		"INSERT INTO unit(source, state, reason, stamp, object) VALUES(?, ?, ?, "
		"?, ?) "
		"ON CONFLICT(object) DO UPDATE SET source = excluded.source, "
		"state = excluded.state, reason = excluded.reason, stamp = "
		"excluded.stamp, "
		"seen = 1",
		&enter));
	database_bind(enter, "ttttt", related, reason ? "unrecorded" : "recorded",
		reason ? reason : "", stamp, object);
	try(database_execute(updating->database, enter));
	bool row;
	try(database_prepare(
		updating->database, "SELECT number FROM unit WHERE object = ?", &find));
	database_bind(find, "t", object);
	try(database_step(updating->database, find, &row));
	int64_t number = database_number(find, 0);
	try(unit_forget(updating, number));
	if (reason)
		return NULL;
	try(unit_add_inputs(updating, number, record));
	return unit_add_functions(updating, number, record);
}

/* A record that cannot be used makes its unit unrecorded, with the reason. */
static struct error *record_enter(struct updating *updating, const char *path,
	const char *object, const char *stamp)
{
	scope_record struct record record = {0};
	scope_error struct error *problem = record_read(path, &record);
	const char *reason = problem ? error_get_text(problem) : record.unrecorded;
	if (!reason && strcmp(record.object, object) != 0)
		reason = "the record in its place is another object's";
	return unit_enter(updating, &record, object, reason, stamp);
}

static struct error *record_look_at(struct updating *updating, struct sqlite3_stmt *known,
	struct sqlite3_stmt *see, const FTSENT *entry, const char *folder)
{
	const char *relative;
	if (entry->fts_info != FTS_F ||
		!text_has_suffix(entry->fts_name, KSPLICE_RECORD_SUFFIX) ||
		!file_is_below(folder, entry->fts_path, &relative))
		return NULL;
	scope_free char *object = memory_copy_range(
		relative, strlen(relative) - strlen(KSPLICE_RECORD_SUFFIX));
	scope_free char *stamp = stamp_from_status(entry->fts_statp);
	bool row;
	database_bind(known, "tt", object, stamp);
	struct error *error = database_step(updating->database, known, &row);
	int64_t number = row ? database_number(known, 0) : 0;
	struct error *reset = database_execute(updating->database, known);
	error_free(reset);
	if (error)
		return error;
	if (row) {
		database_bind(see, "i", number);
		return database_execute(updating->database, see);
	}
	updating->is_changed = true;
	return record_enter(updating, entry->fts_path, object, stamp);
}

static struct error *index_update_records(struct updating *updating)
{
	scope_free char *folder = file_join(updating->tree->objects, KSPLICE_RECORD_DIR);
	scope_statement struct sqlite3_stmt *known = NULL;
	scope_statement struct sqlite3_stmt *see = NULL;
	try(database_run(updating->database, "UPDATE unit SET seen = 0, target = ''"));
	try(database_prepare(updating->database,
		"SELECT number FROM unit WHERE object = ? AND stamp = ?", &known));
	try(database_prepare(
		updating->database, "UPDATE unit SET seen = 1 WHERE number = ?", &see));
	char *roots[] = {folder, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_errno("%s", folder);
	struct error *error = NULL;
	FTSENT *entry;
	while (!error && (entry = fts_read(walk)))
		error = record_look_at(updating, known, see, entry, folder);
	fts_close(walk);
	return error;
}

/* Is the object assembled rather than compiled? kbuild's .cmd file names its source. */
static bool object_is_assembly(const struct kernel_tree *tree, const char *object)
{
	scope_free char *folder = file_parent(object);
	scope_free char *path =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(object));
	scope_text struct text text = {0};
	scope_error struct error *error = file_read(path, &text);
	if (error)
		return false;
	scope_free char *key = memory_format("source_%s := ", object);
	const char *source = strstr(text.data, key);
	if (!source)
		return false;
	source += strlen(key);
	scope_free char *name = memory_copy_range(source, strcspn(source, "\n"));
	return text_has_suffix(name, ".S");
}

static const char *object_find_state(const struct kernel_tree *tree, const char *object)
{
	if (record_rule_find(object))
		return "excluded";
	return object_is_assembly(tree, object) ? "assembly" : "unrecorded";
}

/* Says of each unit into which target it went, and enters those without a record. */
static struct error *index_update_targets(const struct updating *updating,
	const struct kernel_tree_target *targets, size_t count)
{
	scope_statement struct sqlite3_stmt *known = NULL;
	scope_statement struct sqlite3_stmt *insert = NULL;
	scope_statement struct sqlite3_stmt *link = NULL;
	try(database_prepare(updating->database,
		"SELECT 1 FROM unit WHERE object = ? AND seen AND stamp != ''", &known));
	try(database_prepare(updating->database,
		"INSERT INTO unit(object, state) VALUES(?, ?) ON CONFLICT(object) DO "
		"UPDATE SET "
		"state = excluded.state, reason = 'the compile left no record', stamp = "
		"'', "
		"source = '', seen = 1",
		&insert));
	try(database_prepare(updating->database,
		"UPDATE unit SET target = ?, link_order = ? WHERE object = ?", &link));
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < targets[i].object_count; k++) {
			const char *object = targets[i].objects[k];
			bool row;
			database_bind(known, "t", object);
			try(database_step(updating->database, known, &row));
			try(database_execute(updating->database, known));
			if (!row) {
				database_bind(insert, "tt", object,
					object_find_state(updating->tree, object));
				try(database_execute(updating->database, insert));
			}
			database_bind(link, "tit", targets[i].name, (int64_t)k, object);
			try(database_execute(updating->database, link));
		}
	}
	return database_run(updating->database,
		"DELETE FROM input WHERE unit IN (SELECT number FROM unit WHERE NOT "
		"seen);"
		"DELETE FROM function WHERE unit IN (SELECT number FROM unit WHERE NOT "
		"seen);"
		"DELETE FROM inlined WHERE unit IN (SELECT number FROM unit WHERE NOT "
		"seen);"
		"DELETE FROM unit WHERE NOT seen");
}

static struct error *place_insert(const struct updating *updating,
	struct sqlite3_stmt *insert, int64_t unit, const struct ordered_object *object)
{
	for (size_t i = 1; i < object->object->section_count; i++) {
		const struct elf_section *section = &object->object->sections[i];
		const struct placement *place = &object->places[i];
		if (place->state == PLACEMENT_ABSENT)
			continue;
		database_bind(insert, "iitiiiii", unit, (int64_t)i, section->name,
			(int64_t)section->size, (int64_t)elf_section_is_code(section),
			(int64_t)place->address, (int64_t)place->state,
			(int64_t)place->how);
		try(database_execute(updating->database, insert));
	}
	return NULL;
}

static struct error *place_store(const struct updating *updating,
	const struct ordered_object *objects, char *const *names, size_t count)
{
	scope_statement struct sqlite3_stmt *insert = NULL;
	scope_statement struct sqlite3_stmt *find = NULL;
	try(database_run(updating->database, "DELETE FROM place"));
	try(database_prepare(updating->database,
		"INSERT OR REPLACE INTO place(unit, section, name, size, code, address, "
		"state, how) "
		"VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
		&insert));
	try(database_prepare(
		updating->database, "SELECT number FROM unit WHERE object = ?", &find));
	for (size_t i = 0; i < count; i++) {
		bool row;
		database_bind(find, "t", names[i]);
		try(database_step(updating->database, find, &row));
		int64_t unit = database_number(find, 0);
		try(database_execute(updating->database, find));
		try(place_insert(updating, insert, unit, &objects[i]));
	}
	return NULL;
}

/* Places the sections of all of vmlinux's objects; they must still be on disk. */
static struct error *index_update_places(
	const struct updating *updating, const struct kernel_tree_target *vmlinux)
{
	size_t count = vmlinux->object_count;
	scope_free struct ordered_object *objects =
		memory_allocate(count * sizeof(*objects));
	struct error *error = NULL;
	size_t opened = 0;
	for (; opened < count && !error; opened++) {
		scope_free char *path =
			file_join(updating->tree->objects, vmlinux->objects[opened]);
		struct elf_object *object = NULL;
		error = elf_object_open(path, ELF_RELOCS_READ, &object);
		if (error)
			break;
		objects[opened].object = object;
		objects[opened].places = placement_find(updating->image, object);
	}
	if (!error) {
		placement_order(updating->image, objects, count);
		error = place_store(updating, objects, vmlinux->objects, count);
	}
	for (size_t i = 0; i < opened; i++) {
		free(objects[i].places);
		elf_object_close((struct elf_object *)objects[i].object);
	}
	return error;
}

/* Remembers what each file held. What changed after it was compiled is not known. */
static struct error *index_update_digests(const struct updating *updating)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	scope_statement struct sqlite3_stmt *store = NULL;
	try(database_prepare(updating->database,
		"SELECT number, path FROM file WHERE digest IS NULL", &list));
	try(database_prepare(updating->database,
		"UPDATE file SET digest = ? WHERE number = ?", &store));
	bool row;
	struct error *error;
	while (!(error = database_step(updating->database, list, &row)) && row) {
		scope_free char *path =
			kernel_tree_locate_path(updating->tree, database_text(list, 1));
		scope_text struct text text = {0};
		struct error *unreadable = file_read(path, &text);
		error_free(unreadable);
		if (unreadable)
			continue;
		scope_free char *digest = digest_to_text(digest_of(text.data, text.size));
		database_bind(store, "ti", digest, database_number(list, 0));
		try(database_execute(updating->database, store));
	}
	return error;
}

static struct error *index_update_all(struct updating *updating)
{
	const struct database *database = updating->database;
	try(index_prepare(database));

	struct stat status;
	if (stat(updating->tree->vmlinux, &status))
		return error_errno("%s", updating->tree->vmlinux);
	scope_free char *build_id = text_from_bytes(
		updating->image->build_id, updating->image->build_id_size);
	scope_free char *stamp = stamp_from_status(&status);
	scope_free char *key = memory_format("%s %s", build_id, stamp);
	scope_free char *known = NULL;
	try(meta_read(database, "vmlinux", &known));

	try(index_update_records(updating));
	struct kernel_tree_target *targets = NULL;
	size_t count = 0;
	try(kernel_tree_list_targets(updating->tree, &targets, &count));
	struct error *error = index_update_targets(updating, targets, count);
	bool is_stale = !known || strcmp(known, key) != 0 || updating->is_changed;
	if (!error && is_stale)
		error = index_update_places(updating, &targets[0]);
	kernel_tree_free_targets(targets, count);
	if (!error && updating->is_changed)
		error = index_update_digests(updating);
	if (!error)
		error = meta_write(database, "vmlinux", key);
	if (!error)
		error = meta_write(database, "build_id", build_id);
	return error;
}

struct error *index_update(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image)
{
	struct updating updating = {database, tree, image, {0}, false};
	/* What the index holds can be made again, so a power cut may cost it. */
	try(database_run(database, "PRAGMA synchronous = OFF; BEGIN IMMEDIATE"));
	struct error *error = index_update_all(&updating);
	name_map_deinit(&updating.files);
	if (!error)
		return database_run(database, "COMMIT");
	struct error *undone = database_run(database, "ROLLBACK");
	error_free(undone);
	return error;
}
