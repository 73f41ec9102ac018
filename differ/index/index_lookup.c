// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_lookup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "differ/index/database.h"
#include "differ/index/index.h"
#include "differ/index/index_schema.h"
#include "differ/index/name_hint.h"
#include "differ/index/number_list.h"
#include "differ/index/placement.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char *const kind_names[] = {
	[INDEX_SYMBOL_FUNCTION] = "function",
	[INDEX_SYMBOL_PART] = "part",
	[INDEX_SYMBOL_ALIAS] = "alias",
	[INDEX_SYMBOL_ASSEMBLER] = "assembler",
	[INDEX_SYMBOL_UNKNOWN] = "unknown",
};

/* The columns of the queries below, in their order. */
enum lookup_column {
	LOOKUP_NAME,
	LOOKUP_OBJECT,
	LOOKUP_SOURCE,
	LOOKUP_TARGET,
	LOOKUP_KIND,
	LOOKUP_FUNCTION,
	LOOKUP_ORIGIN,
	LOOKUP_HASH,
	LOOKUP_FILE,
	LOOKUP_FIRST_LINE,
	LOOKUP_LAST_LINE,
	LOOKUP_INLINED,
	LOOKUP_OFFSET,
	LOOKUP_SIZE,
	LOOKUP_SECTION,
	LOOKUP_STATE,
	LOOKUP_ADDRESS,
	LOOKUP_OUTPUT,
};

#define FUNCTION_COLUMNS                                                                 \
	"function_name.name, origin.name, function.hash, file.path, "                    \
	"function.first_line, function.last_line, function.inlined"
#define FUNCTION_JOINS                                                                   \
	"LEFT JOIN name AS function_name ON function_name.number = function.name "       \
	"LEFT JOIN name AS origin ON origin.number = function.origin "                   \
	"LEFT JOIN file ON file.number = function.file "

static const char symbol_query[] =
	"SELECT name.name, unit.object, unit.source, unit.target, "
	"symbol.kind, " FUNCTION_COLUMNS ", symbol.offset, symbol.size, place.name, "
	"place.state, place.address, place.output "
	"FROM symbol JOIN unit ON unit.number = symbol.unit "
	"JOIN name ON name.number = symbol.name "
	"LEFT JOIN function ON function.unit = symbol.unit "
	"  AND function.number = symbol.function " FUNCTION_JOINS
	"LEFT JOIN place ON place.unit = symbol.unit AND place.section = symbol.section "
	"WHERE %s ORDER BY unit.object, symbol.section, symbol.offset, symbol.kind";

/* Functions in objects that are linked into nothing, or cannot be read. */
static const char function_query[] =
	"SELECT function_name.name, unit.object, unit.source, unit.target, "
	"0, " FUNCTION_COLUMNS ", 0, 0, NULL, 0, 0, NULL "
	"FROM function JOIN unit ON unit.number = function.unit " FUNCTION_JOINS
	"WHERE (%s) AND NOT EXISTS (SELECT 1 FROM symbol WHERE "
	"symbol.unit = function.unit AND symbol.function = function.number "
	"AND symbol.kind = 0) ORDER BY unit.object, function.number";

/* What is looked for, in the two queries' terms. */
struct lookup_condition {
	const char *symbol;
	const char *function;
};

static const struct lookup_condition by_name = {
	"symbol.name = ?1 OR function.name = ?1 OR function.origin = ?1",
	"function.name = ?1 OR function.origin = ?1",
};
#define NAMES_LIKE "(SELECT number FROM name WHERE name GLOB ?3)"
static const struct lookup_condition by_pattern = {
	"symbol.name IN " NAMES_LIKE " OR function.name IN " NAMES_LIKE
	" OR function.origin IN " NAMES_LIKE,
	"function.name IN " NAMES_LIKE " OR function.origin IN " NAMES_LIKE,
};
static const struct lookup_condition by_unit = {"symbol.unit = ?1", "function.unit = ?1"};
static const struct lookup_condition by_function = {
	"function.unit = ?1 AND function.number = ?2 AND symbol.kind = 0",
	"function.unit = ?1 AND function.number = ?2",
};

/* What the conditions call ?1, ?2 and ?3. What a condition does not name is not looked
 * at. */
struct lookup_key {
	int64_t first;
	int64_t second;
	const char *pattern; /* of SQLite's GLOB */
};

/* NULL where the column is. */
static char *row_copy_text(struct sqlite3_stmt *row, int column)
{
	const char *text = database_text(row, column);
	return text[0] ? memory_copy_text(text) : NULL;
}

static struct error *lookup_read_names(
	const struct database *database, struct sqlite3_stmt *row, char ***names)
{
	scope_statement struct sqlite3_stmt *find = NULL;
	struct number_list list = {0};
	int64_t number;
	array_of(char *) read = {0};
	list.data = database_bytes(row, LOOKUP_INLINED, &list.size);
	try(database_prepare(database, "SELECT name FROM name WHERE number = ?", &find));
	while (number_list_read(&list, &number)) {
		bool is_there;
		database_bind(find, "i", number);
		struct error *error = database_step(database, find, &is_there);
		if (error) {
			free(read.items);
			return error;
		}
		if (is_there)
			*array_add(&read) = memory_copy_text(database_text(find, 0));
		database_reset(find);
	}
	*array_add(&read) = NULL;
	*names = read.items;
	return NULL;
}

static struct error *lookup_add_row(
	const struct database *database, struct sqlite3_stmt *row, struct lookup *found)
{
	char **inlined;
	try(lookup_read_names(database, row, &inlined));
	size_t hash_size;
	const void *hash = database_bytes(row, LOOKUP_HASH, &hash_size);
	size_t kind = (size_t)database_number(row, LOOKUP_KIND);
	size_t kind_count = sizeof(kind_names) / sizeof(kind_names[0]);
	bool is_proven = database_text(row, LOOKUP_SECTION)[0] &&
			 database_number(row, LOOKUP_STATE) == PLACEMENT_PROVEN;
	int64_t offset = database_number(row, LOOKUP_OFFSET);
	*array_add(found) = (struct looked_up){
		.name = row_copy_text(row, LOOKUP_NAME),
		.kind = memory_copy_text(
			kind < kind_count ? kind_names[kind] : "unknown"),
		.object = row_copy_text(row, LOOKUP_OBJECT),
		.source = row_copy_text(row, LOOKUP_SOURCE),
		.target = row_copy_text(row, LOOKUP_TARGET),
		.function = row_copy_text(row, LOOKUP_FUNCTION),
		.origin = row_copy_text(row, LOOKUP_ORIGIN),
		.hash = hash ? text_from_bytes(hash, hash_size) : NULL,
		.file = row_copy_text(row, LOOKUP_FILE),
		.first_line = database_number(row, LOOKUP_FIRST_LINE),
		.last_line = database_number(row, LOOKUP_LAST_LINE),
		.section = row_copy_text(row, LOOKUP_SECTION),
		.offset = offset,
		.size = database_number(row, LOOKUP_SIZE),
		.is_proven = is_proven,
		.address = is_proven ? (uint64_t)(database_number(row, LOOKUP_ADDRESS) +
						  offset)
				     : 0,
		.output = row_copy_text(row, LOOKUP_OUTPUT),
		.inlined = inlined,
	};
	return NULL;
}

static struct error *lookup_query(const struct database *database, const char *query,
	const char *condition, const struct lookup_key *key, struct lookup *found)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	scope_text struct text sql = {0};
	const char *hole = strstr(query, "%s");
	bool row;
	struct error *error;
	text_add_range(&sql, query, (size_t)(hole - query));
	text_add(&sql, condition);
	text_add(&sql, hole + strlen("%s"));
	try(database_prepare(database, sql.data, &statement));
	database_bind(statement, "iit", key->first, key->second,
		key->pattern ? key->pattern : "");
	while (!(error = database_step(database, statement, &row)) && row)
		try(lookup_add_row(database, statement, found));
	return error;
}

static struct error *lookup_add(const struct index *index,
	const struct lookup_condition *condition, struct lookup_key key,
	struct lookup *found)
{
	const struct database *database = index_get_database(index);
	try(lookup_query(database, symbol_query, condition->symbol, &key, found));
	return lookup_query(database, function_query, condition->function, &key, found);
}

/* Hands over what was found, or nothing with an error. */
static struct error *lookup_give(
	struct error *error, struct lookup *gathered, struct lookup *found)
{
	if (error)
		lookup_deinit(gathered);
	else
		*found = *gathered;
	return error;
}

/* 0: no function has that name, nor was one inlined. */
static struct error *lookup_find_name(
	const struct database *database, const char *name, int64_t *number)
{
	scope_statement struct sqlite3_stmt *find = NULL;
	bool row;
	try(database_prepare(database, "SELECT number FROM name WHERE name = ?", &find));
	database_bind(find, "t", name);
	try(database_step(database, find, &row));
	*number = row ? database_number(find, 0) : 0;
	return NULL;
}

/* With what is near as the hint, where something is. */
static struct error *lookup_add_hint(
	struct error *missing, const struct name_hints *hints)
{
	scope_free char *text = name_hints_to_text(hints);
	return text ? error_hint(missing, "%s", text) : missing;
}

static struct error *lookup_miss_function(
	const struct database *database, const char *name)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	scope_name_hints struct name_hints hints = {.wanted = name};
	bool row;
	struct error *error;
	try(database_prepare(database, "SELECT name FROM name ORDER BY name", &list));
	while (!(error = database_step(database, list, &row)) && row) {
		if (strcmp(database_text(list, 0), name) != 0)
			name_hints_offer(&hints, database_text(list, 0));
	}
	if (error)
		return error;
	return lookup_add_hint(
		error_failed("%s: no such function in the index", name), &hints);
}

/* All functions whose names the pattern fits. */
static struct error *lookup_match_functions(
	const struct index *index, const char *pattern, struct lookup *found)
{
	struct lookup gathered = {0};
	struct error *error = lookup_add(
		index, &by_pattern, (struct lookup_key){.pattern = pattern}, &gathered);
	if (!error && !gathered.count)
		error = error_failed(
			"%s: no function with such a name has code of its own", pattern);
	return lookup_give(error, &gathered, found);
}

struct error *index_look_up_function(
	const struct index *index, const char *name, struct lookup *found)
{
	const struct database *database = index_get_database(index);
	struct lookup gathered = {0};
	struct lookup inliners = {0};
	int64_t number;
	if (strpbrk(name, "*?["))
		return lookup_match_functions(index, name, found);
	try(lookup_find_name(database, name, &number));
	struct error *error = number ? lookup_add(index, &by_name,
					       (struct lookup_key){number}, &gathered)
				     : NULL;
	if (error || gathered.count)
		return lookup_give(error, &gathered, found);
	struct error *missing = index_look_up_inliners(index, name, &inliners);
	if (missing)
		return missing;
	missing = error_hint(
		error_failed(
			"%s: has no code of its own; it was inlined into %zu functions",
			name, inliners.count),
		"--inliners=%s lists them", name);
	lookup_deinit(&inliners);
	return missing;
}

static struct error *inliners_add(
	const struct index *index, int64_t name, struct lookup *found)
{
	const struct database *database = index_get_database(index);
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database,
		"SELECT function.unit, function.number, function.inlined FROM function "
		"JOIN unit ON unit.number = function.unit "
		"WHERE function.inlined IS NOT NULL ORDER BY unit.object, function.number",
		&list));
	while (!(error = database_step(database, list, &row)) && row) {
		size_t size;
		const void *inlined = database_bytes(list, 2, &size);
		if (number_list_has(inlined, size, name))
			try(lookup_add(index, &by_function,
				(struct lookup_key){database_number(list, 0),
					database_number(list, 1)},
				found));
	}
	return error;
}

/* Is there code of that name? */
static struct error *function_is_there(
	const struct index *index, int64_t name, bool *is_there)
{
	struct lookup found = {0};
	struct error *error =
		lookup_add(index, &by_name, (struct lookup_key){name}, &found);
	*is_there = found.count;
	lookup_deinit(&found);
	return error;
}

struct error *index_look_up_inliners(
	const struct index *index, const char *name, struct lookup *found)
{
	const struct database *database = index_get_database(index);
	struct lookup gathered = {0};
	int64_t number;
	bool is_there = false;
	try(lookup_find_name(database, name, &number));
	if (number)
		try(function_is_there(index, number, &is_there));
	struct error *error = number ? inliners_add(index, number, &gathered) : NULL;
	/* That a function was inlined nowhere is an answer, too. */
	if (!error && !gathered.count && !is_there)
		error = lookup_miss_function(database, name);
	return lookup_give(error, &gathered, found);
}

struct error *index_look_up_unit(
	const struct index *index, const struct index_unit *unit, struct lookup *found)
{
	struct lookup gathered = {0};
	return lookup_give(
		lookup_add(index, &by_unit, (struct lookup_key){unit->number}, &gathered),
		&gathered, found);
}

/* The n-th of the paths in the index that the user may mean; NULL after the last. */
static char *path_find_meaning(
	const struct kernel_tree *tree, const char *path, unsigned number)
{
	scope_free char *here = getcwd(NULL, 0);
	scope_free char *real = realpath(path, NULL);
	const char *const folders[] = {tree->source, tree->objects, here ? here : "/"};
	const size_t folder_count = sizeof(folders) / sizeof(folders[0]);
	if (number == 0)
		return memory_copy_text(path);
	if (number <= folder_count) {
		scope_free char *absolute = file_normalize(folders[number - 1], path);
		return kernel_tree_relate_path(tree, absolute);
	}
	if (number == folder_count + 1 && real)
		return kernel_tree_relate_path(tree, real);
	return NULL;
}

static void offer_file(const char *file, void *context)
{
	const char *colon = strchr(file, ':');
	name_hints_offer(context, colon ? colon + 1 : file);
}

struct error *index_look_up_file(const struct index *index,
	const struct kernel_tree *tree, const char *path, char **related,
	struct index_unit **units, size_t *count)
{
	char *meaning;
	for (unsigned i = 0; (meaning = path_find_meaning(tree, path, i)); i++) {
		struct index_unit *readers = NULL;
		size_t reader_count = 0;
		struct error *error =
			index_list_readers(index, meaning, &readers, &reader_count);
		if (!error && reader_count) {
			*related = meaning;
			*units = readers;
			*count = reader_count;
			return NULL;
		}
		free(meaning);
		free(readers);
		try(error);
	}
	scope_name_hints struct name_hints hints = {.wanted = path};
	try(index_list_inputs(index, offer_file, &hints));
	return lookup_add_hint(
		error_failed("%s: no such file in the index; no recorded compile read it",
			path),
		&hints);
}

void lookup_deinit(struct lookup *found)
{
	array_foreach (item, found) {
		char *const texts[] = {item->name, item->kind, item->object, item->source,
			item->target, item->function, item->origin, item->hash,
			item->file, item->section, item->output};
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			free(texts[i]);
		for (size_t i = 0; item->inlined && item->inlined[i]; i++)
			free(item->inlined[i]);
		free(item->inlined);
	}
	free(found->items);
	*found = (struct lookup){0};
}
