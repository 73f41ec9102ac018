// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_record.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/index/database.h"
#include "differ/index/number_list.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/file_stamp.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

enum { hash_size = 16 };

struct index_writer {
	const struct database *database;
	const struct kernel_tree *tree;
	struct name_map names;
	struct name_map files; /* by related path */
	/* Files by the path as the compiler had it, with its folder: a thousand units
	 * name the same thousand headers. */
	struct name_map inputs;
	struct text key;         /* of inputs, made anew for each */
	array_of(bool) is_named; /* by number of a file: an added record names it */
	array_of(int64_t) numbers;
	struct sqlite3_stmt *add_name;
	struct sqlite3_stmt *add_file;
	struct sqlite3_stmt *add_input;
	struct sqlite3_stmt *add_function;
	struct sqlite3_stmt *forget_input;
	struct sqlite3_stmt *forget_function;
};

static struct error *writer_read_map(
	const struct index_writer *writer, const char *sql, struct name_map *map)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	bool row;
	struct error *error;
	try(database_prepare(writer->database, sql, &statement));
	while (!(error = database_step(writer->database, statement, &row)) && row)
		name_map_set(
			map, database_text(statement, 0), database_number(statement, 1));
	return error;
}

static struct error *writer_prepare(struct index_writer *writer)
{
	const struct {
		struct sqlite3_stmt **statement;
		const char *sql;
	} statements[] = {
		{&writer->add_name, "INSERT INTO name(name) VALUES(?)"},
		{&writer->add_file, "INSERT INTO file(path) VALUES(?)"},
		{&writer->add_input, "INSERT INTO input VALUES(?, ?)"},
		{&writer->add_function,
			"INSERT INTO function VALUES(?, ?, ?, ?, nullif(?, 0), ?, ?, "
			"nullif(?, 0), nullif(?, 0), ?)"},
		{&writer->forget_input, "DELETE FROM input WHERE unit = ?"},
		{&writer->forget_function, "DELETE FROM function WHERE unit = ?"},
	};
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		try(database_prepare(
			writer->database, statements[i].sql, statements[i].statement));
	try(writer_read_map(writer, "SELECT name, number FROM name", &writer->names));
	return writer_read_map(writer, "SELECT path, number FROM file", &writer->files);
}

struct error *index_writer_open(const struct database *database,
	const struct kernel_tree *tree, struct index_writer **writer)
{
	struct index_writer *opened = memory_allocate(sizeof(*opened));
	opened->database = database;
	opened->tree = tree;
	struct error *error = writer_prepare(opened);
	if (error)
		index_writer_close(opened);
	else
		*writer = opened;
	return error;
}

void index_writer_close(struct index_writer *writer)
{
	if (!writer)
		return;
	name_map_deinit(&writer->names);
	name_map_deinit(&writer->files);
	name_map_deinit(&writer->inputs);
	text_deinit(&writer->key);
	free(writer->is_named.items);
	free(writer->numbers.items);
	struct sqlite3_stmt *const statements[] = {writer->add_name, writer->add_file,
		writer->add_input, writer->add_function, writer->forget_input,
		writer->forget_function};
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		database_finish(statements[i]);
	free(writer);
}

/* The number of a text in a table, which gets it if it is new. */
static struct error *writer_number(const struct index_writer *writer,
	struct name_map *map, struct sqlite3_stmt *add, const char *text, int64_t *number)
{
	if (name_map_find(map, text, number))
		return NULL;
	database_bind(add, "t", text);
	try(database_execute(writer->database, add));
	*number = database_last_number(writer->database);
	name_map_set(map, text, *number);
	return NULL;
}

struct error *index_writer_find_name(
	struct index_writer *writer, const char *name, int64_t *number)
{
	return writer_number(writer, &writer->names, writer->add_name, name, number);
}

/* The same of a name that may be NULL: then it is 0. */
static struct error *writer_find_optional(
	struct index_writer *writer, const char *name, int64_t *number)
{
	*number = 0;
	return name ? index_writer_find_name(writer, name, number) : NULL;
}

/* The number of a file, by the path that the compiler had in that folder. */
static struct error *writer_find_file(struct index_writer *writer, const char *folder,
	const char *input, int64_t *number)
{
	writer->key.size = 0;
	text_add(&writer->key, folder);
	text_add(&writer->key, "\n");
	text_add(&writer->key, input);
	if (name_map_find(&writer->inputs, writer->key.data, number))
		return NULL;
	scope_free char *path = file_normalize(folder, input);
	scope_free char *related = kernel_tree_relate_path(writer->tree, path);
	try(writer_number(writer, &writer->files, writer->add_file, related, number));
	name_map_set(&writer->inputs, writer->key.data, *number);
	return NULL;
}

struct error *index_writer_forget_record(struct index_writer *writer, int64_t unit)
{
	database_bind(writer->forget_input, "i", unit);
	try(database_execute(writer->database, writer->forget_input));
	database_bind(writer->forget_function, "i", unit);
	return database_execute(writer->database, writer->forget_function);
}

static struct error *writer_add_inputs(
	struct index_writer *writer, int64_t unit, const struct record *record)
{
	size_t count = json_count_items(record->inputs);
	writer->numbers.count = 0;
	for (size_t i = 0; i < count; i++) {
		const char *input = json_find_item_text(record->inputs, i);
		int64_t file;
		if (!input)
			return error_failed("%s: its record has an input without a name",
				record->object);
		try(writer_find_file(writer, record->folder, input, &file));
		*array_add(&writer->numbers) = file;
		while (writer->is_named.count <= (size_t)file)
			*array_add(&writer->is_named) = false;
		writer->is_named.items[file] = true;
	}
	scope_text struct text list = {0};
	number_list_write(&list, writer->numbers.items, writer->numbers.count);
	database_bind(
		writer->add_input, "ib", unit, list.data ? list.data : "", list.size);
	return database_execute(writer->database, writer->add_input);
}

static bool hash_parse(const char *text, uint8_t hash[hash_size])
{
	static const char digits[] = "0123456789abcdef";
	if (strspn(text, digits) != (size_t)hash_size * 2 || text[hash_size * 2])
		return false;
	for (size_t i = 0; i < hash_size; i++)
		hash[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
				    (strchr(digits, text[2 * i + 1]) - digits));
	return true;
}

static struct error *writer_add_function(struct index_writer *writer, int64_t unit,
	size_t number, const struct record *record, const struct json_t *function)
{
	const char *name = json_find_text(function, "name");
	const char *hash_text = json_find_text(function, "hash");
	const char *file_name = json_find_text(function, "file");
	const struct json_t *inlined = json_find(function, "inlined");
	uint8_t hash[hash_size];
	if (!name || !hash_text || !hash_parse(hash_text, hash))
		return error_failed("%s: its record has a function without name or hash",
			record->object);
	int64_t name_number;
	int64_t cold;
	int64_t origin;
	int64_t file = 0;
	try(index_writer_find_name(writer, name, &name_number));
	try(writer_find_optional(writer, json_find_text(function, "cold"), &cold));
	try(writer_find_optional(writer, json_find_text(function, "origin"), &origin));
	if (file_name)
		try(writer_find_file(writer, record->folder, file_name, &file));
	size_t count = json_count_items(inlined);
	writer->numbers.count = 0;
	for (size_t i = 0; i < count; i++) {
		const char *callee_name = json_find_item_text(inlined, i);
		int64_t callee;
		if (!callee_name)
			return error_failed(
				"%s: its record has an inlined function without a name",
				record->object);
		try(index_writer_find_name(writer, callee_name, &callee));
		*array_add(&writer->numbers) = callee;
	}
	scope_text struct text list = {0};
	number_list_write(&list, writer->numbers.items, writer->numbers.count);
	database_bind(writer->add_function, "iiibiiiiib", unit, (int64_t)number,
		name_number, hash, (size_t)hash_size, file,
		json_find_number(function, "line", 0),
		json_find_number(function, "end", 0), cold, origin, list.data, list.size);
	return database_execute(writer->database, writer->add_function);
}

struct error *index_writer_add_record(
	struct index_writer *writer, int64_t unit, const struct record *record)
{
	try(writer_add_inputs(writer, unit, record));
	size_t count = json_count_items(record->functions);
	for (size_t i = 0; i < count; i++)
		try(writer_add_function(
			writer, unit, i, record, json_find_item(record->functions, i)));
	return NULL;
}

/* What cannot be read has no digest; ksplice-create will miss it, and say so. */
static struct error *writer_add_digest(const struct index_writer *writer,
	struct sqlite3_stmt *store, int64_t number, const char *path, const char *known)
{
	scope_free char *stamp = file_stamp_read(path);
	if (strcmp(stamp, known) == 0)
		return NULL;
	scope_text struct text text = {0};
	scope_error struct error *unreadable = file_read(path, &text);
	struct digest digest = digest_of(text.data, text.size);
	const uint64_t bytes[] = {htobe64(digest.high), htobe64(digest.low)};
	database_bind(store, "tbi", unreadable ? NULL : stamp,
		unreadable ? NULL : (const void *)bytes, sizeof(bytes), number);
	return database_execute(writer->database, store);
}

struct error *index_writer_add_digests(struct index_writer *writer)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	scope_statement struct sqlite3_stmt *store = NULL;
	try(database_prepare(
		writer->database, "SELECT number, path, stamp FROM file", &list));
	try(database_prepare(writer->database,
		"UPDATE file SET stamp = ?, digest = ? WHERE number = ?", &store));
	bool row;
	struct error *error;
	while (!(error = database_step(writer->database, list, &row)) && row) {
		int64_t number = database_number(list, 0);
		if ((size_t)number >= writer->is_named.count ||
			!writer->is_named.items[number])
			continue;
		scope_free char *path =
			kernel_tree_locate_path(writer->tree, database_text(list, 1));
		try(writer_add_digest(
			writer, store, number, path, database_text(list, 2)));
	}
	return error;
}
