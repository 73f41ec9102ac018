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
 * A global function or variable that the patch removes or makes static, while another
 * object of the same target still uses it: the patched kernel would not link. In the
 * running one, the other object would go on with the old one: an old function may call
 * replaced ones in the old way, and nothing new sets an old variable.
 */

struct removal {
	const struct update_unit *unit;
	const struct elf_symbol *symbol;
	bool is_static;  /* it is still there, for its own unit alone */
	bool is_defined; /* another object defines it, too: one of them is weak */
	char *user;      /* the first object found that uses it, or NULL */
};

struct removing {
	struct update *update;
	const struct update_target *target;
	struct name_map kept;    /* what the posts of the target define for others */
	struct name_map numbers; /* name → number in removals */
	array_of(struct removal) removals;
};

static void removing_deinit(struct removing *removing)
{
	array_foreach (removal, &removing->removals)
		free(removal->user);
	free(removing->removals.items);
	name_map_deinit(&removing->kept);
	name_map_deinit(&removing->numbers);
}

static bool symbol_is_given(const struct elf_symbol *symbol)
{
	return symbol->section != SHN_UNDEF && symbol->binding != STB_LOCAL;
}

static void removing_keep(struct removing *removing, const struct elf_object *post)
{
	for (size_t i = 1; i < post->symbol_count; i++) {
		if (symbol_is_given(&post->symbols[i]))
			name_map_set(&removing->kept, post->symbols[i].name, 0);
	}
}

static bool object_has_static(const struct elf_object *object, const char *name)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		if (object->symbols[i].section != SHN_UNDEF &&
			strcmp(object->symbols[i].name, name) == 0)
			return true;
	}
	return false;
}

static void removing_collect(struct removing *removing, const struct update_unit *unit)
{
	for (size_t i = 1; i < unit->pre->symbol_count; i++) {
		const struct elf_symbol *symbol = &unit->pre->symbols[i];
		int64_t known;
		if (!symbol_is_given(symbol) ||
			name_map_find(&removing->kept, symbol->name, &known))
			continue;
		name_map_set(&removing->numbers, symbol->name,
			(int64_t)removing->removals.count);
		struct removal *removal = array_add(&removing->removals);
		*removal = (struct removal){
			.unit = unit,
			.symbol = symbol,
			.is_static = object_has_static(unit->post, symbol->name),
		};
	}
}

static void removing_look(
	struct removing *removing, const struct elf_object *object, const char *path)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		int64_t number;
		if (symbol->binding == STB_LOCAL ||
			!name_map_find(&removing->numbers, symbol->name, &number))
			continue;
		struct removal *removal = &removing->removals.items[number];
		if (symbol->section != SHN_UNDEF)
			removal->is_defined = true;
		else if (!removal->user && symbol->binding != STB_WEAK)
			removal->user = memory_copy_text(path);
	}
}

static void removing_report(struct removing *removing)
{
	array_foreach (removal, &removing->removals) {
		bool is_function = removal->symbol->type == STT_FUNC;
		if (!removal->user || removal->is_defined)
			continue;
		finding_add(&removing->update->findings,
			is_function ? FINDING_REMOVED_FUNCTION : FINDING_REMOVED_VARIABLE,
			removal->unit->object, removal->symbol->name,
			"%s, but %s uses it, so the patched kernel would not link",
			removal->is_static ? "becomes static" : "is removed",
			removal->user);
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

static struct error *assess_target_removals(
	struct update *update, const struct update_target *target)
{
	struct error *error = NULL;
	struct removing removing = {.update = update, .target = target};
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].target == target)
			removing_keep(&removing, update->units[i].post);
	}
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].target == target)
			removing_collect(&removing, &update->units[i]);
	}
	if (removing.removals.count)
		error = removing_search(&removing);
	if (!error)
		removing_report(&removing);
	removing_deinit(&removing);
	return error;
}

struct error *assess_removals(struct update *update)
{
	for (size_t i = 0; i < update->targets->count; i++)
		try(assess_target_removals(update, update->targets->items[i]));
	return NULL;
}
