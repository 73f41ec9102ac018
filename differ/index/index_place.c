// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_place.h"

#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/index/database.h"
#include "differ/index/index_record.h"
#include "differ/index/index_schema.h"
#include "differ/index/placement.h"
#include "differ/index/placement_order.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/parallel.h"

struct placing_units {
	const struct place_request *request;
	struct elf_object **objects; /* by unit; NULL where it cannot be read */
	struct placement **places;   /* by unit */
	struct sqlite3_stmt *add_place;
	struct sqlite3_stmt *add_symbol;
	struct sqlite3_stmt *list_functions;
};

/* One unit's object, in a thread of its own. */
static void unit_find_places(size_t i, void *context)
{
	struct placing_units *placing = context;
	const struct place_request *request = placing->request;
	struct placed_unit *unit = &request->units[i];
	scope_free char *path = file_join(request->tree->objects, unit->object);
	struct error *error =
		elf_object_open(path, ELF_RELOCS_READ, &placing->objects[i]);
	if (error)
		unit->problem = memory_copy_text(error_get_text(error));
	else if (request->image)
		placing->places[i] = placement_find(request->image, placing->objects[i]);
	error_free(error);
}

static void placing_use_order(struct placing_units *placing)
{
	const struct place_request *request = placing->request;
	scope_free struct ordered_object *ordered =
		memory_allocate((request->count + 1) * sizeof(*ordered));
	size_t count = 0;
	for (size_t i = 0; i < request->count; i++) {
		if (placing->places[i])
			ordered[count++] = (struct ordered_object){
				placing->objects[i], placing->places[i]};
	}
	if (request->image)
		placement_order(request->image, ordered, count);
}

/* In a module, an address counts from the start of the .ko's section. */
static struct error *place_add(const struct placing_units *placing, int64_t unit,
	const struct elf_section *section, struct placement place)
{
	const char *output = NULL;
	if (placing->request->module && place.state == PLACEMENT_PROVEN)
		output = module_image_find_section(
			placing->request->module, place.address, &place.address);
	database_bind(placing->add_place, "iitiitiii", unit, (int64_t)section->index,
		section->name, (int64_t)section->size,
		(int64_t)elf_section_is_code(section), output, (int64_t)place.address,
		(int64_t)place.state, (int64_t)place.how);
	return database_execute(placing->request->database, placing->add_place);
}

static struct error *unit_add_places(const struct placing_units *placing, size_t i)
{
	const struct elf_object *object = placing->objects[i];
	for (size_t k = 1; placing->places[i] && k < object->section_count; k++) {
		if (placing->places[i][k].state == PLACEMENT_ABSENT)
			continue;
		try(place_add(placing, placing->request->units[i].number,
			&object->sections[k], placing->places[i][k]));
	}
	return NULL;
}

struct unit_function {
	int64_t number;
	int64_t name;
	int64_t cold; /* 0: none */
	const struct elf_symbol *symbol;
};

struct unit_functions {
	struct unit_function *items;
	size_t count;
	size_t capacity;
};

static bool symbol_is_function(
	const struct elf_object *object, const struct elf_symbol *symbol)
{
	const struct elf_section *section = elf_object_symbol_section(object, symbol);
	return section && elf_section_is_code(section) && symbol->type == STT_FUNC;
}

static struct unit_function *functions_find_symbol(const struct unit_functions *functions,
	const struct elf_symbol *symbol, int64_t name, enum index_symbol_kind *kind)
{
	array_foreach (function, functions) {
		*kind = function->cold == name ? INDEX_SYMBOL_PART
					       : INDEX_SYMBOL_FUNCTION;
		if (function->name == name || function->cold == name)
			return function;
	}
	*kind = INDEX_SYMBOL_ALIAS;
	array_foreach (function, functions) {
		if (function->symbol && function->symbol->section == symbol->section &&
			function->symbol->value == symbol->value)
			return function;
	}
	return NULL;
}

static struct error *unit_read_functions(const struct placing_units *placing,
	int64_t unit, struct unit_functions *functions)
{
	const struct database *database = placing->request->database;
	struct sqlite3_stmt *list = placing->list_functions;
	struct error *error;
	bool row;
	database_bind(list, "i", unit);
	while (!(error = database_step(database, list, &row)) && row)
		*array_add(functions) = (struct unit_function){
			.number = database_number(list, 0),
			.name = database_number(list, 1),
			.cold = database_number(list, 2),
		};
	database_reset(list);
	return error;
}

static struct error *symbol_add(const struct placing_units *placing,
	const struct placed_unit *unit, const struct unit_functions *functions,
	const struct elf_symbol *symbol, int64_t name)
{
	enum index_symbol_kind kind;
	const struct unit_function *function =
		functions_find_symbol(functions, symbol, name, &kind);
	if (!function)
		kind = strcmp(unit->state, "recorded") == 0 ||
				       strcmp(unit->state, "assembly") == 0
			       ? INDEX_SYMBOL_ASSEMBLER
			       : INDEX_SYMBOL_UNKNOWN;
	database_bind(placing->add_symbol, "iiiiiii", unit->number,
		(int64_t)symbol->section, (int64_t)symbol->value, name,
		(int64_t)symbol->size, (int64_t)kind, function ? function->number : -1);
	return database_execute(placing->request->database, placing->add_symbol);
}

/* The symbols of the functions first, because aliases are known by their place. */
static struct error *unit_add_symbols(const struct placing_units *placing, size_t i)
{
	const struct placed_unit *unit = &placing->request->units[i];
	const struct elf_object *object = placing->objects[i];
	struct unit_functions functions = {0};
	scope_free int64_t *names =
		memory_allocate(object->symbol_count * sizeof(*names));
	struct error *error = unit_read_functions(placing, unit->number, &functions);
	for (size_t k = 1; !error && k < object->symbol_count; k++) {
		const struct elf_symbol *symbol = &object->symbols[k];
		enum index_symbol_kind kind;
		if (!symbol_is_function(object, symbol))
			continue;
		error = index_writer_find_name(
			placing->request->writer, symbol->name, &names[k]);
		struct unit_function *function =
			functions_find_symbol(&functions, symbol, names[k], &kind);
		if (function && kind == INDEX_SYMBOL_FUNCTION)
			function->symbol = symbol;
	}
	for (size_t k = 1; !error && k < object->symbol_count; k++) {
		if (names[k])
			error = symbol_add(
				placing, unit, &functions, &object->symbols[k], names[k]);
	}
	free(functions.items);
	return error;
}

static struct error *unit_forget(
	const struct placing_units *placing, const char *sql, int64_t unit)
{
	scope_statement struct sqlite3_stmt *forget = NULL;
	try(database_prepare(placing->request->database, sql, &forget));
	database_bind(forget, "i", unit);
	return database_execute(placing->request->database, forget);
}

static struct error *unit_store(const struct placing_units *placing, size_t i)
{
	const struct placed_unit *unit = &placing->request->units[i];
	try(unit_forget(placing, "DELETE FROM place WHERE unit = ?", unit->number));
	if (unit->is_new)
		try(unit_forget(
			placing, "DELETE FROM symbol WHERE unit = ?", unit->number));
	if (!placing->objects[i])
		return NULL;
	try(unit_add_places(placing, i));
	return unit->is_new ? unit_add_symbols(placing, i) : NULL;
}

static struct error *placing_store(struct placing_units *placing)
{
	const struct database *database = placing->request->database;
	try(database_prepare(database,
		"INSERT INTO place VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		&placing->add_place));
	try(database_prepare(database,
		"INSERT OR IGNORE INTO symbol VALUES(?, ?, ?, ?, ?, ?, nullif(?, -1))",
		&placing->add_symbol));
	try(database_prepare(database,
		"SELECT number, name, cold FROM function WHERE unit = ?",
		&placing->list_functions));
	for (size_t i = 0; i < placing->request->count; i++)
		try(unit_store(placing, i));
	return NULL;
}

struct error *index_place_units(const struct place_request *request)
{
	struct placing_units placing = {.request = request};
	placing.objects =
		memory_allocate((request->count + 1) * sizeof(*placing.objects));
	placing.places = memory_allocate((request->count + 1) * sizeof(*placing.places));
	parallel_run(request->count, unit_find_places, &placing);
	placing_use_order(&placing);
	struct error *error = placing_store(&placing);
	database_finish(placing.add_place);
	database_finish(placing.add_symbol);
	database_finish(placing.list_functions);
	for (size_t i = 0; i < request->count; i++) {
		elf_object_close(placing.objects[i]);
		free(placing.places[i]);
	}
	free(placing.objects);
	free(placing.places);
	return error;
}
