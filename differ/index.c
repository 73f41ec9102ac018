// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * index.c - asking the index; index_update.c is what fills it
 */
#include "differ/index.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "differ/database.h"
#include "differ/elf_object.h"
#include "differ/index_update.h"
#include "differ/kernel_tree.h"
#include "differ/placement.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"

struct index {
	struct database database;
	char *objects; /* the object tree */
};

struct error *index_open(const struct kernel_tree *tree, const struct kernel_image *image,
	struct index **index)
{
	scope_free char *folder = file_join(tree->objects, KSPLICE_RECORD_DIR);
	scope_free char *path = file_join(folder, KSPLICE_INDEX_FILE);
	/* A tree on read-only media still serves, at the price of indexing each time. */
	bool writable = access(folder, W_OK) == 0;
	struct index *opened = memory_allocate(sizeof(*opened));
	opened->objects = memory_copy_text(tree->objects);
	struct error *error =
		database_open(writable ? path : ":memory:", &opened->database);
	if (!error)
		error = index_update(&opened->database, tree, image);
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
	free(index->objects);
	free(index);
}

static const char unit_columns[] = "unit.number, unit.object, unit.source, unit.target, "
				   "unit.state, unit.reason";

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

/* The units that a query finds for its one argument. */
static struct error *index_list_units(const struct index *index, const char *condition,
	const char *argument, struct index_unit **units, size_t *count)
{
	scope_free char *sql =
		memory_format("SELECT %s FROM %s", unit_columns, condition);
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database, sql, &statement));
	database_bind(statement, "t", argument);
	struct {
		struct index_unit *items;
		size_t count;
		size_t capacity;
	} found = {0};
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row)
		*array_add(&found) = index_unit_from_row(statement);
	if (error) {
		index_free_units(found.items, found.count);
		return error;
	}
	*units = found.items;
	*count = found.count;
	return NULL;
}

struct error *index_list_readers(const struct index *index, const char *file,
	struct index_unit **units, size_t *count)
{
	return index_list_units(index,
		"file JOIN input ON input.file = file.number "
		"JOIN unit ON unit.number = input.unit WHERE file.path = ? "
		"ORDER BY unit.object",
		file, units, count);
}

struct error *index_list_target(const struct index *index, const char *target,
	struct index_unit **units, size_t *count)
{
	return index_list_units(
		index, "unit WHERE target = ? ORDER BY link_order", target, units, count);
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

struct error *index_read_places(const struct index *index, const struct index_unit *unit,
	const struct elf_object *object, struct placement **places)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database,
		"SELECT section, name, size, address, state, how FROM place WHERE unit = "
		"?",
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
	}
	if (error)
		return error;
	*places = take_pointer(read);
	return NULL;
}

char *index_find_digest(const struct index *index, const char *file)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	struct error *error = database_prepare(&index->database,
		"SELECT digest FROM file WHERE path = ? AND digest IS NOT NULL",
		&statement);
	bool row = false;
	if (!error) {
		database_bind(statement, "t", file);
		error = database_step(&index->database, statement, &row);
	}
	error_free(error);
	return row ? memory_copy_text(database_text(statement, 0)) : NULL;
}

static struct error *index_count_one(
	const struct index *index, const char *sql, int64_t *count)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	bool row;
	try(database_prepare(&index->database, sql, &statement));
	try(database_step(&index->database, statement, &row));
	*count = row ? database_number(statement, 0) : 0;
	return NULL;
}

struct error *index_count(const struct index *index, struct index_counts *counts)
{
	struct index_counts counted = {0};
	const struct {
		const char *sql;
		int64_t *count;
	} questions[] = {
		{"SELECT count(*) FROM unit WHERE target != ''", &counted.objects},
		{"SELECT count(*) FROM unit WHERE target != '' AND state = 'recorded'",
			&counted.recorded},
		{"SELECT count(*) FROM unit WHERE target != '' AND state = 'unrecorded'",
			&counted.unrecorded},
		{"SELECT count(*) FROM unit WHERE target != '' AND state = 'excluded'",
			&counted.excluded},
		{"SELECT count(*) FROM unit WHERE target != '' AND state = 'assembly'",
			&counted.assembly},
		{"SELECT count(*) FROM place WHERE state IN (0, 1)", &counted.sections},
		{"SELECT count(*) FROM place WHERE state = 1", &counted.proven},
		{"SELECT count(*) FROM place WHERE state IN (0, 1) AND code",
			&counted.code_sections},
		{"SELECT count(*) FROM place WHERE state = 1 AND code",
			&counted.code_proven},
	};
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		try(index_count_one(index, questions[i].sql, questions[i].count));
	*counts = counted;
	return NULL;
}

struct error *index_list_unproven(const struct index *index,
	void (*show)(
		const char *object, const char *section, int64_t size, void *context),
	void *context)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database,
		"SELECT unit.object, place.name, place.size FROM place "
		"JOIN unit ON unit.number = place.unit WHERE place.state = 0 "
		"ORDER BY unit.object, place.section",
		&statement));
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row)
		show(database_text(statement, 0), database_text(statement, 1),
			database_number(statement, 2), context);
	return error;
}

struct error *index_list_inputs(const struct index *index,
	void (*show)(const char *file, void *context), void *context)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database,
		"SELECT path FROM file WHERE number IN (SELECT file FROM input JOIN unit "
		"ON unit.number = input.unit WHERE unit.target != '') ORDER BY path",
		&statement));
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row)
		show(database_text(statement, 0), context);
	return error;
}

struct error *index_copy(const struct index *index, const char *path)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database, "VACUUM INTO ?", &statement));
	database_bind(statement, "t", path);
	return database_execute(&index->database, statement);
}

struct error *index_list_unrecorded(const struct index *index,
	void (*show)(const char *object, const char *reason, void *context),
	void *context)
{
	scope_statement struct sqlite3_stmt *statement = NULL;
	try(database_prepare(&index->database,
		"SELECT object, reason FROM unit WHERE target != '' AND state = "
		"'unrecorded' "
		"ORDER BY object",
		&statement));
	bool row;
	struct error *error;
	while (!(error = database_step(&index->database, statement, &row)) && row)
		show(database_text(statement, 0), database_text(statement, 1), context);
	return error;
}
