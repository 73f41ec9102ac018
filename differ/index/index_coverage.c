// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/index_coverage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/index/database.h"
#include "differ/index/index.h"
#include "differ/index/index_schema.h"
#include "differ/index/placement.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"

/* A function symbol of an object of the target, as the index has it. */
struct held_symbol {
	uint64_t address; /* in a module: offset in the .ko's section */
	char *section;    /* of the .ko; "" in vmlinux */
	char *name;
	char *object;
	char *problem; /* why it is not known; NULL if it is */
	enum coverage_kind kind;
	bool is_proven;
};

struct held_symbols {
	struct held_symbol *items; /* sorted by name */
	size_t count;
	size_t capacity;
};

static enum coverage_kind held_find_kind(int64_t kind, const char *state)
{
	switch (kind) {
	case INDEX_SYMBOL_PART:
		return COVERAGE_PART;
	case INDEX_SYMBOL_ALIAS:
		return COVERAGE_ALIAS;
	case INDEX_SYMBOL_ASSEMBLER:
		return strcmp(state, "assembly") == 0 ? COVERAGE_ASSEMBLER
						      : COVERAGE_INLINE_ASSEMBLER;
	default:
		return COVERAGE_FUNCTION;
	}
}

/* The columns of held_query, as they are said below. */
enum held_column {
	HELD_NAME,
	HELD_OBJECT,
	HELD_STATE,
	HELD_REASON,
	HELD_KIND,
	HELD_OFFSET,
	HELD_SECTION,
	HELD_OUTPUT,
	HELD_ADDRESS,
	HELD_PLACE_STATE,
	HELD_HASH_SIZE,
	HELD_FILE,
	HELD_FIRST_LINE,
	HELD_LAST_LINE,
};

static const char held_query[] =
	"SELECT name.name, unit.object, unit.state, unit.reason, symbol.kind, "
	"symbol.offset, place.name, place.output, place.address, place.state, "
	"length(function.hash), function.file, function.first_line, function.last_line "
	"FROM unit JOIN symbol ON symbol.unit = unit.number "
	"JOIN name ON name.number = symbol.name "
	"LEFT JOIN place ON place.unit = symbol.unit AND place.section = symbol.section "
	"LEFT JOIN function ON function.unit = symbol.unit "
	"  AND function.number = symbol.function "
	"WHERE unit.target = ?";

/* NULL if all is known that there is to know. */
static char *held_find_problem(struct sqlite3_stmt *row, bool is_proven)
{
	if (database_number(row, HELD_KIND) == INDEX_SYMBOL_UNKNOWN)
		return memory_format("%s: %s", database_text(row, HELD_STATE),
			database_text(row, HELD_REASON));
	if (!is_proven)
		return memory_format("the address of its section %s is not proven",
			database_text(row, HELD_SECTION));
	if (database_number(row, HELD_KIND) == INDEX_SYMBOL_ASSEMBLER)
		return NULL;
	if (!database_number(row, HELD_HASH_SIZE))
		return memory_copy_text("the record has no hash of it");
	if (!database_number(row, HELD_FILE) || !database_number(row, HELD_FIRST_LINE) ||
		!database_number(row, HELD_LAST_LINE))
		return memory_copy_text("the record has no source range of it");
	return NULL;
}

/* Functions that the records have and no object: those that are gone or damaged. */
static const char recorded_query[] =
	"SELECT name.name, unit.object, unit.reason FROM function "
	"JOIN unit ON unit.number = function.unit "
	"JOIN name ON name.number IN (function.name, function.cold) "
	"WHERE unit.target = ? AND NOT EXISTS (SELECT 1 FROM symbol "
	"  WHERE symbol.unit = function.unit AND symbol.name = name.number)";

static struct error *held_read_recorded(
	const struct database *database, const char *target, struct held_symbols *held)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database, recorded_query, &list));
	database_bind(list, "t", target);
	while (!(error = database_step(database, list, &row)) && row) {
		const char *reason = database_text(list, 2);
		*array_add(held) = (struct held_symbol){
			.section = memory_copy_text(""),
			.name = memory_copy_text(database_text(list, 0)),
			.object = memory_copy_text(database_text(list, 1)),
			.kind = COVERAGE_FUNCTION,
			.problem = memory_copy_text(
				reason[0] ? reason : "its object has no such symbol"),
		};
	}
	return error;
}

static int held_compare(const void *left, const void *right)
{
	return strcmp(((const struct held_symbol *)left)->name,
		((const struct held_symbol *)right)->name);
}

static struct error *held_read(
	const struct database *database, const char *target, struct held_symbols *held)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database, held_query, &list));
	database_bind(list, "t", target);
	while (!(error = database_step(database, list, &row)) && row) {
		bool is_proven =
			database_number(list, HELD_PLACE_STATE) == PLACEMENT_PROVEN;
		*array_add(held) = (struct held_symbol){
			.address = (uint64_t)(database_number(list, HELD_ADDRESS) +
					      database_number(list, HELD_OFFSET)),
			.section = memory_copy_text(database_text(list, HELD_OUTPUT)),
			.name = memory_copy_text(database_text(list, HELD_NAME)),
			.object = memory_copy_text(database_text(list, HELD_OBJECT)),
			.kind = held_find_kind(database_number(list, HELD_KIND),
				database_text(list, HELD_STATE)),
			.is_proven = is_proven,
			.problem = held_find_problem(list, is_proven),
		};
	}
	if (!error)
		error = held_read_recorded(database, target, held);
	if (held->count)
		qsort(held->items, held->count, sizeof(*held->items), held_compare);
	return error;
}

static void held_deinit(struct held_symbols *held)
{
	array_foreach (symbol, held) {
		free(symbol->section);
		free(symbol->name);
		free(symbol->object);
		free(symbol->problem);
	}
	free(held->items);
}

/* The one that is there; else one of that name; else NULL. */
static const struct held_symbol *held_find(const struct held_symbols *held,
	const char *name, const char *section, uint64_t address, bool *is_there)
{
	const struct held_symbol key = {.name = (char *)name};
	const struct held_symbol *found =
		held->count ? bsearch(&key, held->items, held->count,
				      sizeof(*held->items), held_compare)
			    : NULL;
	*is_there = false;
	if (!found)
		return NULL;
	while (found > held->items && strcmp(found[-1].name, name) == 0)
		found--;
	const struct held_symbol *end = held->items + held->count;
	const struct held_symbol *candidate = found;
	for (; candidate < end && strcmp(candidate->name, name) == 0; candidate++) {
		if (candidate->is_proven && candidate->address == address &&
			strcmp(candidate->section, section) == 0) {
			*is_there = true;
			return candidate;
		}
		if (!candidate->is_proven)
			found = candidate;
	}
	return found;
}

/* The linker script gives functions other names: those stand in no object. */
static const struct held_symbol *held_find_by_place(
	const struct held_symbols *held, const char *section, uint64_t address)
{
	array_foreach (symbol, held) {
		if (symbol->is_proven && symbol->address == address &&
			strcmp(symbol->section, section) == 0)
			return symbol;
	}
	return NULL;
}

static void coverage_look_up(struct index_coverage *coverage,
	struct coverage_count *counts, const struct held_symbols *held,
	const char *target, const struct elf_symbol *symbol,
	const struct elf_section *section)
{
	const char *output = section ? section->name : "";
	bool is_there;
	const struct held_symbol *found =
		held_find(held, symbol->name, output, symbol->value, &is_there);
	enum coverage_kind kind = found ? found->kind : COVERAGE_FUNCTION;
	if (!found && (found = held_find_by_place(held, output, symbol->value))) {
		is_there = true;
		kind = COVERAGE_ALIAS;
	}
	struct coverage_count *count = &counts[kind];
	count->all++;
	if (is_there && !found->problem) {
		count->known++;
		return;
	}
	const char *reason =
		!found ? "it is in no linked object"
		: found->problem
			? found->problem
			: "the known function of that name is at another address";
	*array_add(&coverage->holes) = (struct coverage_hole){
		.target = memory_copy_text(target),
		.symbol = memory_copy_text(symbol->name),
		.address = symbol->value,
		.object = found ? memory_copy_text(found->object) : NULL,
		.reason = memory_copy_text(reason),
	};
}

static struct error *coverage_add_target(struct index_coverage *coverage,
	const struct database *database, const char *target,
	const struct elf_object *object, bool is_module)
{
	struct coverage_count *counts = is_module ? coverage->modules : coverage->vmlinux;
	struct held_symbols held = {0};
	struct error *error = held_read(database, target, &held);
	for (size_t i = 1; !error && i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(object, symbol);
		if (section && elf_section_is_code(section) && symbol->type == STT_FUNC)
			coverage_look_up(coverage, counts, &held, target, symbol,
				is_module ? section : NULL);
	}
	held_deinit(&held);
	return error;
}

/* A module that cannot be read is a hole of its own. */
static struct error *coverage_add_module(struct index_coverage *coverage,
	const struct database *database, const struct kernel_tree *tree,
	const char *target)
{
	scope_elf_object struct elf_object *object = NULL;
	scope_free char *path = memory_format("%s/%s.ko", tree->objects, target);
	scope_error struct error *unreadable =
		elf_object_open(path, ELF_RELOCS_SKIP, &object);
	if (!unreadable)
		return coverage_add_target(coverage, database, target, object, true);
	*array_add(&coverage->holes) = (struct coverage_hole){
		.target = memory_copy_text(target),
		.symbol = memory_copy_text(""),
		.reason = memory_copy_text(error_get_text(unreadable)),
	};
	return NULL;
}

static struct error *coverage_add_modules(struct index_coverage *coverage,
	const struct database *database, const struct kernel_tree *tree)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database,
		"SELECT name FROM target WHERE name != 'vmlinux' ORDER BY name", &list));
	while (!(error = database_step(database, list, &row)) && row)
		try(coverage_add_module(
			coverage, database, tree, database_text(list, 0)));
	return error;
}

static void coverage_add_object(struct index_coverage *coverage, const char *object,
	const char *state, const char *reason)
{
	struct coverage_objects *objects = NULL;
	coverage->objects++;
	if (strcmp(state, "recorded") == 0)
		coverage->recorded++;
	else if (strcmp(state, "assembly") == 0)
		coverage->assembly++;
	else if (strcmp(state, "excluded") == 0)
		objects = &coverage->excluded;
	else
		objects = &coverage->unrecorded;
	if (objects)
		*array_add(objects) = (struct coverage_object){
			memory_copy_text(object), memory_copy_text(reason)};
}

static struct error *coverage_add_objects(
	struct index_coverage *coverage, const struct database *database)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database,
		"SELECT object, state, reason FROM unit WHERE target != '' "
		"ORDER BY object",
		&list));
	while (!(error = database_step(database, list, &row)) && row)
		coverage_add_object(coverage, database_text(list, 0),
			database_text(list, 1), database_text(list, 2));
	return error;
}

static struct error *coverage_add_sections(
	struct index_coverage *coverage, const struct database *database)
{
	scope_statement struct sqlite3_stmt *list = NULL;
	bool row;
	struct error *error;
	try(database_prepare(database,
		"SELECT unit.object, place.name, place.size, place.code, place.state "
		"FROM place JOIN unit ON unit.number = place.unit "
		"WHERE unit.target = 'vmlinux' AND place.state IN (0, 1) "
		"ORDER BY unit.object, place.section",
		&list));
	while (!(error = database_step(database, list, &row)) && row) {
		bool is_code = database_number(list, 3);
		bool is_proven = database_number(list, 4) == PLACEMENT_PROVEN;
		coverage->sections.all++;
		coverage->sections.known += is_proven;
		coverage->code_sections.all += is_code;
		coverage->code_sections.known += is_code && is_proven;
		if (is_proven)
			continue;
		*array_add(&coverage->unproven) = (struct coverage_section){
			memory_copy_text(database_text(list, 0)),
			memory_copy_text(database_text(list, 1)),
			database_number(list, 2)};
	}
	return error;
}

struct error *index_coverage_make(const struct index *index,
	const struct kernel_tree *tree, const struct kernel_image *image,
	struct index_coverage *coverage)
{
	const struct database *database = index_get_database(index);
	struct index_coverage made = {0};
	struct error *error = coverage_add_objects(&made, database);
	if (!error)
		error = coverage_add_sections(&made, database);
	if (!error)
		error = coverage_add_target(
			&made, database, "vmlinux", image->object, false);
	if (!error)
		error = coverage_add_modules(&made, database, tree);
	if (error)
		index_coverage_deinit(&made);
	else
		*coverage = made;
	return error;
}

static void objects_deinit(struct coverage_objects *objects)
{
	array_foreach (object, objects) {
		free(object->object);
		free(object->reason);
	}
	free(objects->items);
}

void index_coverage_deinit(struct index_coverage *coverage)
{
	objects_deinit(&coverage->excluded);
	objects_deinit(&coverage->unrecorded);
	array_foreach (section, &coverage->unproven) {
		free(section->object);
		free(section->section);
	}
	array_foreach (hole, &coverage->holes) {
		free(hole->target);
		free(hole->symbol);
		free(hole->object);
		free(hole->reason);
	}
	free(coverage->unproven.items);
	free(coverage->holes.items);
	*coverage = (struct index_coverage){0};
}
