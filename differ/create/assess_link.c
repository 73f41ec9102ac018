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
 * Patches with which the kernel would not link.
 *
 * A global function or variable that the patch removes or makes static, while another
 * object of the same target still uses it: in the running kernel, the other object would
 * go on with the old one, which may call replaced functions in the old way, and nothing
 * new sets an old variable.
 *
 * A name that two files of the patch define: each means its own.
 */

struct removal {
	const struct update_unit *unit;
	const struct elf_symbol *symbol;
	bool is_static;  /* it is still there, for its own unit alone */
	bool is_defined; /* another object defines it, too: one of them is weak */
	char *user;      /* the first object found that uses it, or NULL */
};

struct linking {
	struct update *update;
	const struct update_target *target;
	/* What the posts of the target define for others: the unit's number, -1 if weak.
	 */
	struct name_map kept;
	struct name_map numbers; /* name → number in removals */
	array_of(struct removal) removals;
};

static void linking_deinit(struct linking *linking)
{
	array_foreach (removal, &linking->removals)
		free(removal->user);
	free(linking->removals.items);
	name_map_deinit(&linking->kept);
	name_map_deinit(&linking->numbers);
}

static bool symbol_is_given(const struct elf_symbol *symbol)
{
	return symbol->section != SHN_UNDEF && symbol->binding != STB_LOCAL;
}

static void linking_keep(struct linking *linking, size_t number)
{
	struct update *update = linking->update;
	const struct update_unit *unit = &update->units[number];
	for (size_t i = 1; i < unit->post->symbol_count; i++) {
		const struct elf_symbol *symbol = &unit->post->symbols[i];
		bool is_weak = symbol->binding == STB_WEAK;
		int64_t known;
		if (!symbol_is_given(symbol))
			continue;
		bool is_known = name_map_find(&linking->kept, symbol->name, &known);
		if (is_known && known >= 0 && !is_weak)
			finding_add(&update->findings, FINDING_DEFINED_TWICE,
				unit->object, symbol->name,
				"is defined by %s, too, so the patched kernel would not "
				"link",
				update->units[known].object);
		if (!is_known || !is_weak)
			name_map_set(&linking->kept, symbol->name,
				is_weak ? -1 : (int64_t)number);
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

static void linking_collect(struct linking *linking, const struct update_unit *unit)
{
	for (size_t i = 1; i < unit->pre->symbol_count; i++) {
		const struct elf_symbol *symbol = &unit->pre->symbols[i];
		int64_t known;
		if (!symbol_is_given(symbol) ||
			name_map_find(&linking->kept, symbol->name, &known))
			continue;
		name_map_set(&linking->numbers, symbol->name,
			(int64_t)linking->removals.count);
		struct removal *removal = array_add(&linking->removals);
		*removal = (struct removal){
			.unit = unit,
			.symbol = symbol,
			.is_static = object_has_static(unit->post, symbol->name),
		};
	}
}

static void linking_look(
	struct linking *linking, const struct elf_object *object, const char *path)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		int64_t number;
		if (symbol->binding == STB_LOCAL ||
			!name_map_find(&linking->numbers, symbol->name, &number))
			continue;
		struct removal *removal = &linking->removals.items[number];
		if (symbol->section != SHN_UNDEF)
			removal->is_defined = true;
		else if (!removal->user && symbol->binding != STB_WEAK)
			removal->user = memory_copy_text(path);
	}
}

static void linking_report(struct linking *linking)
{
	array_foreach (removal, &linking->removals) {
		bool is_function = removal->symbol->type == STT_FUNC;
		if (!removal->user || removal->is_defined)
			continue;
		finding_add(&linking->update->findings,
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
static struct error *linking_look_at(
	struct linking *linking, const struct index_unit *unit)
{
	const struct update_unit *changed =
		update_find_unit(linking->update, unit->object);
	if (changed) {
		linking_look(linking, changed->post, unit->object);
		return NULL;
	}
	scope_elf_object struct elf_object *object = NULL;
	scope_free char *path =
		file_join(linking->update->targets->tree->objects, unit->object);
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	linking_look(linking, object, unit->object);
	return NULL;
}

static struct error *linking_search(struct linking *linking)
{
	struct index_unit *units;
	size_t count;
	struct error *error = NULL;
	try(index_list_target(
		linking->update->targets->index, linking->target->path, &units, &count));
	for (size_t i = 0; i < count && !error; i++)
		error = linking_look_at(linking, &units[i]);
	index_free_units(units, count);
	return error;
}

static struct error *assess_target_link(
	struct update *update, const struct update_target *target)
{
	struct error *error = NULL;
	struct linking linking = {.update = update, .target = target};
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].target == target)
			linking_keep(&linking, i);
	}
	for (size_t i = 0; i < update->unit_count; i++) {
		if (update->units[i].target == target)
			linking_collect(&linking, &update->units[i]);
	}
	if (linking.removals.count)
		error = linking_search(&linking);
	if (!error)
		linking_report(&linking);
	linking_deinit(&linking);
	return error;
}

struct error *assess_links(struct update *update)
{
	for (size_t i = 0; i < update->targets->count; i++)
		try(assess_target_link(update, update->targets->items[i]));
	return NULL;
}
