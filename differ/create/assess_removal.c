// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/index.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/name_map.h"

/*
 * A global function that the patch removes, while another object of the same target still
 * uses it: the patched kernel would not link. The running one would go on calling the old
 * function, which may call replaced ones in the old way.
 */

struct removal {
	const struct update_unit *unit;
	const char *name;
};

struct removing {
	struct update *update;
	const struct update_target *target;
	struct name_map numbers; /* name → number in removals, -1: reported */
	array_of(struct removal) removals;
};

static bool target_has_name(
	const struct update *update, const struct update_target *target, const char *name)
{
	int64_t ignored;
	return name_map_find(&update->global_numbers[target->number], name, &ignored);
}

/* Functions of __init code are without effect; exported ones see assess_exports. */
static void removing_collect(struct removing *removing, const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (!update_is_function(piece) || piece->twin ||
			piece->symbol->binding == STB_LOCAL ||
			piece->kind == SECTION_KIND_INIT ||
			target_has_name(
				removing->update, unit->target, piece->symbol->name))
			continue;
		name_map_set(&removing->numbers, piece->symbol->name,
			(int64_t)removing->removals.count);
		struct removal *removal = array_add(&removing->removals);
		removal->unit = unit;
		removal->name = piece->symbol->name;
	}
}

static void removing_look(
	struct removing *removing, const struct elf_object *object, const char *path)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		int64_t number;
		if (symbol->section != SHN_UNDEF ||
			!name_map_find(&removing->numbers, symbol->name, &number) ||
			number < 0)
			continue;
		const struct removal *removal = &removing->removals.items[number];
		finding_add(&removing->update->findings, FINDING_REMOVED_FUNCTION,
			removal->unit->object, removal->name,
			"is removed, but %s uses it, so the patched kernel would not link",
			path);
		name_map_set(&removing->numbers, symbol->name, -1);
	}
}

static const struct update_unit *update_find_unit(
	const struct update *update, const char *object)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		if (strcmp(update->units[i].object, object) == 0)
			return &update->units[i];
	}
	return NULL;
}

/* Of objects that the patch changes, what it makes of them counts. */
static struct error *removing_look_at(
	struct removing *removing, const struct index_unit *unit)
{
	const struct update_unit *changed =
		update_find_unit(removing->update, unit->object);
	if (changed) {
		removing_look(removing, changed->post, unit->object);
		return NULL;
	}
	scope_elf_object struct elf_object *object = NULL;
	scope_free char *path =
		file_join(removing->update->targets->tree->objects, unit->object);
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	removing_look(removing, object, unit->object);
	return NULL;
}

static struct error *removing_search(struct removing *removing)
{
	struct index_unit *units;
	size_t count;
	struct error *error = NULL;
	try(index_list_target(removing->update->targets->index, removing->target->path,
		&units, &count));
	for (size_t i = 0; i < count && !error; i++)
		error = removing_look_at(removing, &units[i]);
	index_free_units(units, count);
	return error;
}

struct error *assess_removals(struct update *update)
{
	struct error *error = NULL;
	for (size_t i = 0; i < update->targets->count && !error; i++) {
		struct removing removing = {
			.update = update, .target = update->targets->items[i]};
		for (size_t k = 0; k < update->unit_count; k++) {
			if (update->units[k].target == removing.target)
				removing_collect(&removing, &update->units[k]);
		}
		if (removing.removals.count)
			error = removing_search(&removing);
		free(removing.removals.items);
		name_map_deinit(&removing.numbers);
	}
	return error;
}
