// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * index.c - asking the index; index_update.c is what fills it
 */
#include "differ/index/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "abi/record.h"
#include "differ/elf/elf_object.h"
#include "differ/index/database.h"
#include "differ/index/index_digest.h"
#include "differ/index/index_schema.h"
#include "differ/index/index_update.h"
#include "differ/index/number_list.h"
#include "differ/index/placement.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

struct index {
	struct database database;
};

/* Opens the file as it is, if it is up to date. */
static struct error *index_open_current(struct index *index, const char *path,
	const struct kernel_tree *tree, const struct kernel_image *image,
	bool *is_current)
{
	*is_current = false;
	if (!file_exists(path) || !index_digest_check(path))
		return NULL;
	try(database_open_to_read(path, &index->database));
	/* One transaction, so that nobody changes it while it is compared. */
	struct error *error = database_run(&index->database, "BEGIN");
	if (!error)
		error = index_update_check(&index->database, tree, image, is_current);
	struct error *ended = database_run(&index->database, "COMMIT");
	error_free(ended);
	if (error || !*is_current)
		database_close(&index->database);
	return error;
}

/* An index that is damaged or of another version is removed: all of it can be made
 * again. */
static struct error *index_remove_useless(const char *path)
{
	struct database database;
	enum index_schema_state state;
	if (!file_exists(path) || file_is_folder(path))
		return NULL;
	if (!index_digest_check(path))
		return index_digest_remove(path);
	try(database_open(path, &database));
	struct error *error = index_schema_find_state(&database, &state);
	database_close(&database);
	if (error || state == INDEX_SCHEMA_PRESENT)
		return error;
	return index_digest_remove(path);
}

static struct error *index_update_file(struct index *index, const char *path,
	const struct kernel_tree *tree, const struct kernel_image *image)
{
	try(index_remove_useless(path));
	try(database_open(path, &index->database));
	try(index_update(&index->database, tree, image));
	return index_digest_keep(path);
}

/* One process at a time: two that find a damaged file must not remove each other's. */
static struct error *index_open_locked(struct index *index, const char *folder,
	const char *path, const struct kernel_tree *tree,
	const struct kernel_image *image)
{
	scope_close int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0)
		return error_errno("%s", folder);
	while (flock(lock, LOCK_EX)) {
		if (errno != EINTR)
			return error_errno("%s", folder);
	}
	return index_update_file(index, path, tree, image);
}

static struct error *index_open_any(struct index *index, const char *folder,
	const char *path, const struct kernel_tree *tree,
	const struct kernel_image *image)
{
	bool is_current;
	scope_error struct error *unusable =
		index_open_current(index, path, tree, image, &is_current);
	if (!unusable && is_current)
		return NULL;
	bool is_writable =
		access(folder, W_OK) == 0 && (access(path, W_OK) == 0 || errno == ENOENT);
	if (is_writable)
		return index_open_locked(index, folder, path, tree, image);
	/* A tree on read-only media still serves, at the price of indexing each time. */
	try(database_open(":memory:", &index->database));
	return index_update(&index->database, tree, image);
}

struct error *index_open(const struct kernel_tree *tree, const struct kernel_image *image,
	struct index **index)
{
	scope_free char *folder = file_join(tree->objects, KSPLICE_RECORD_DIR);
	scope_free char *path = file_join(folder, KSPLICE_INDEX_FILE);
	struct index *opened = memory_allocate(sizeof(*opened));
	struct error *error = index_open_any(opened, folder, path, tree, image);
	if (error)
		index_close(opened);
	else
		*index = opened;
	return error;
}

void index_close(struct index *index)
{
	if (!index)
		return;
	database_close(&index->database);
	free(index);
}

#define UNIT_COLUMNS                                                                     \
	"unit.number, unit.object, unit.source, unit.target, unit.state, unit.reason"

static struct index_unit index_unit_from_row(struct sqlite3_stmt *statement)
{
	return (struct index_unit){
		.number = database_number(statement, 0),
		.object = memory_copy_text(database_text(statement, 1)),
		.source = memory_copy_text(database_text(statement, 2)),
		.target = memory_copy_text(database_text(statement, 3)),
		.state = memory_copy_text(database_text(statement, 4)),
		.reason = memory_copy_text(database_text(statement, 5)),
	};
}

struct unit_array {
	struct index_unit *items;
	size_t count;
	size_t capacity;
};

/* The rows that a statement still gives. Where numbers are asked for, the unit's list of
 * files, in the last column, has to hold that one. */
static struct error *index_read_units(const struct index *index,
	struct sqlite3_stmt *statement, int64_t file, struct unit_array *found)
{
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row) {
		size_t size;
		const void *files = file ? database_bytes(statement, 6, &size) : NULL;
		if (!file || number_list_has(files, size, file))
			*array_add(found) = index_unit_from_row(statement);
	}
	return error;
}

static struct error *index_give_units(struct unit_array *found, struct error *error,
	struct index_unit **units, size_t *count)
{
	if (error) {
		index_free_units(found->items, found->count);
		return error;
	}
	*units = found->items;
	*count = found->count;
	return NULL;
}

struct error *index_list_readers(const struct index *index, const char *file,
	struct index_unit **units, size_t *count)
{
	scope_statement struct sqlite3_stmt *find = NULL;
	scope_statement struct sqlite3_stmt *list = NULL;
	struct unit_array found = {0};
	bool row;
	try(database_prepare(
		&index->database, "SELECT number FROM file WHERE path = ?", &find));
	database_bind(find, "t", file);
	try(database_step(&index->database, find, &row));
	struct error *error = NULL;
	if (row) {
		try(database_prepare(&index->database,
			"SELECT " UNIT_COLUMNS ", input.files FROM input JOIN unit "
			"ON unit.number = input.unit ORDER BY unit.object",
			&list));
		error = index_read_units(index, list, database_number(find, 0), &found);
	}
	return index_give_units(&found, error, units, count);
}

struct file_set {
	bool *items; /* by number */
	size_t count;
	size_t capacity;
};

static struct error *file_set_read(const struct index *index,
	bool (*is_meant)(const char *file, void *context), void *context,
	struct file_set *set)
{
	scope_statement struct sqlite3_stmt *files = NULL;
	bool row;
	struct error *error;
	try(database_prepare(&index->database, "SELECT path, number FROM file", &files));
	while (!(error = database_step(&index->database, files, &row)) && row) {
		size_t number = (size_t)database_number(files, 1);
		if (!is_meant(database_text(files, 0), context))
			continue;
		while (set->count <= number)
			*array_add(set) = false;
		set->items[number] = true;
	}
	return error;
}

static bool file_set_meets(const struct file_set *set, struct number_list list)
{
	int64_t number;
	while (number_list_read(&list, &number)) {
		if ((size_t)number < set->count && set->items[number])
			return true;
	}
	return false;
}

struct error *index_list_readers_of(const struct index *index,
	bool (*is_meant)(const char *file, void *context), void *context,
	struct index_unit **units, size_t *count)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	struct unit_array found = {0};
	struct file_set set = {0};
	bool row;
	try(database_prepare(&index->database,
		"SELECT " UNIT_COLUMNS ", input.files FROM input JOIN unit "
		"ON unit.number = input.unit ORDER BY unit.object",
		&list));
	struct error *error = file_set_read(index, is_meant, context, &set);
	while (!error && !(error = database_step(&index->database, list, &row)) && row) {
		struct number_list files = {0};
		files.data = database_bytes(list, 6, &files.size);
		if (file_set_meets(&set, files))
			*array_add(&found) = index_unit_from_row(list);
	}
	free(set.items);
	return index_give_units(&found, error, units, count);
}

struct error *index_list_target(const struct index *index, const char *target,
	struct index_unit **units, size_t *count)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	struct unit_array found = {0};
	try(database_prepare(&index->database,
		"SELECT " UNIT_COLUMNS " FROM unit WHERE target = ? ORDER BY link_order",
		&list));
	database_bind(list, "t", target);
	struct error *error = index_read_units(index, list, 0, &found);
	return index_give_units(&found, error, units, count);
}

struct error *index_find_unit(
	const struct index *index, const char *object, struct index_unit *unit)
{
	scope_statement struct sqlite3_stmt *find = NULL;
	struct unit_array found = {0};
	try(database_prepare(&index->database,
		"SELECT " UNIT_COLUMNS " FROM unit WHERE object = ?", &find));
	database_bind(find, "t", object);
	struct error *error = index_read_units(index, find, 0, &found);
	*unit = (struct index_unit){0};
	if (!error && found.count)
		*unit = found.items[--found.count];
	index_free_units(found.items, found.count);
	return error;
}

bool index_is_recorded(const char *object, void *context)
{
	struct index_unit unit = {0};
	scope_error struct error *error = index_find_unit(context, object, &unit);
	bool is_recorded = !error && unit.state && strcmp(unit.state, "recorded") == 0;
	index_unit_deinit(&unit);
	return is_recorded;
}

void index_free_units(struct index_unit *units, size_t count)
{
	for (size_t i = 0; i < count; i++)
		index_unit_deinit(&units[i]);
	free(units);
}

void index_unit_deinit(struct index_unit *unit)
{
	free(unit->object);
	free(unit->source);
	free(unit->target);
	free(unit->state);
	free(unit->reason);
	*unit = (struct index_unit){0};
}

/* In a module, an address counts from the start of the .ko's section. */
static bool place_find_address(
	const struct module_image *module, const char *section, struct placement *place)
{
	return !module || place->state != PLACEMENT_PROVEN ||
	       module_image_find_address(
		       module, section, place->address, &place->address);
}

struct error *index_read_places(const struct index *index, const struct index_unit *unit,
	const struct elf_object *object, const struct module_image *module,
	struct placement **places)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database,
		"SELECT section, name, size, address, state, how, output FROM place "
		"WHERE unit = ?",
		&statement));
	database_bind(statement, "i", unit->number);
	scope_free struct placement *read =
		memory_allocate(object->section_count * sizeof(*read));
	for (size_t i = 0; i < object->section_count; i++)
		read[i].state = PLACEMENT_ABSENT;
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row) {
		size_t number = (size_t)database_number(statement, 0);
		if (number >= object->section_count ||
			strcmp(object->sections[number].name,
				database_text(statement, 1)) != 0 ||
			(int64_t)object->sections[number].size !=
				database_number(statement, 2))
			return error_hint(
				error_refused("object-changed",
					"%s: is not the object that was indexed",
					object->path),
				"build the kernel again");
		read[number].address = (uint64_t)database_number(statement, 3);
		read[number].state = (enum placement_state)database_number(statement, 4);
		read[number].how = (enum placement_how)database_number(statement, 5);
		if (!place_find_address(
			    module, database_text(statement, 6), &read[number]))
			read[number] = (struct placement){0};
	}
	if (error)
		return error;
	*places = take_pointer(read);
	return NULL;
}

char *index_find_digest(const struct index *index, const char *file)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	scope_error struct error *error = database_prepare(
		&index->database, "SELECT digest FROM file WHERE path = ?", &statement);
	bool row = false;
	size_t size = 0;
	if (!error) {
		database_bind(statement, "t", file);
		error = database_step(&index->database, statement, &row);
	}
	const void *bytes = row ? database_bytes(statement, 0, &size) : NULL;
	return bytes ? text_from_bytes(bytes, size) : NULL;
}

struct error *index_list_inputs(const struct index *index,
	void (*show)(const char *file, void *context), void *context)
{
	scope_statement struct sqlite3_stmt *lists = NULL;
	scope_statement struct sqlite3_stmt *files = NULL;
	array_of(bool) is_read = {0};
	bool row;
	struct error *error;
	try(database_prepare(&index->database,
		"SELECT input.files FROM input JOIN unit ON unit.number = input.unit "
		"WHERE unit.target != ''",
		&lists));
	try(database_prepare(
		&index->database, "SELECT path, number FROM file ORDER BY path", &files));
	while (!(error = database_step(&index->database, lists, &row)) && row) {
		struct number_list list = {0};
		int64_t number;
		list.data = database_bytes(lists, 0, &list.size);
		while (number_list_read(&list, &number)) {
			while (is_read.count <= (size_t)number)
				*array_add(&is_read) = false;
			is_read.items[number] = true;
		}
	}
	while (!error && !(error = database_step(&index->database, files, &row)) && row) {
		size_t number = (size_t)database_number(files, 1);
		if (number < is_read.count && is_read.items[number])
			show(database_text(files, 0), context);
	}
	free(is_read.items);
	return error;
}

struct error *index_copy(const struct index *index, const char *path)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database, "VACUUM INTO ?", &statement));
	database_bind(statement, "t", path);
	return database_execute(&index->database, statement);
}

const struct database *index_get_database(const struct index *index)
{
	return &index->database;
}
