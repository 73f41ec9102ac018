// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/assess_layout.h"

#include <stdbool.h>
#include <stdlib.h>

#include "differ/create/finding.h"
#include "differ/create/layout_user.h"
#include "differ/create/origin.h"
#include "differ/create/update.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/layout_change.h"
#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"

struct allowing {
	const char *const *texts;
	bool *is_used;
	size_t count;
};

static void map_set_function(
	struct name_map *staying, const struct piece *piece, bool stays)
{
	const char *recorded = json_find_text(piece->recorded, "name");
	if (recorded)
		name_map_set(staying, recorded, stays);
	if (piece->symbol)
		name_map_set(staying, piece->symbol->name, stays);
}

/*
 * Which functions may run old code after the update: those of post that do not travel and
 * that the kernel has, except init code. Those of pre that are gone do not: their callers
 * are replaced, and nobody is in them when that happens.
 */
static void unit_list_staying(const struct update_unit *unit, struct name_map *staying)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (update_is_function(piece))
			map_set_function(staying, piece,
				piece->twin && !piece->travels &&
					piece->kind != SECTION_KIND_INIT);
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (update_is_function(piece) && !piece->twin)
			map_set_function(staying, piece, false);
	}
}

/* What is no function of either object, such as an alias, counts as one that stays. */
static bool function_travels(const char *function, void *context)
{
	const struct name_map *staying = context;
	int64_t stays = true;
	name_map_find(staying, function, &stays);
	return !stays;
}

static bool allowing_find(struct allowing *allowing, const struct layout_change *change)
{
	bool is_allowed = false;
	for (size_t i = 0; i < allowing->count; i++) {
		if (!layout_is_allowed(change, allowing->texts[i]))
			continue;
		allowing->is_used[i] = true;
		is_allowed = true;
	}
	return is_allowed;
}

static struct error *assess_change(struct update *update, const struct layout_unit *unit,
	const struct layout_change *change, struct allowing *allowing)
{
	scope_layout_users struct layout_users users = {0};
	bool is_allowed = allowing_find(allowing, change);
	try(layout_users_find(
		unit, change, update->origin->tree, update->origin->index, &users));
	if (!users.is_mentioned)
		return NULL;
	scope_free char *described = layout_users_describe(&users);
	scope_free char *doubt = layout_find_doubt(unit, change, &users);
	enum finding_kind kind = FINDING_CHANGED_LAYOUT;
	if (!doubt)
		kind = FINDING_PROVEN_LAYOUT;
	else if (is_allowed)
		kind = FINDING_ALLOWED_LAYOUT;
	finding_add(&update->findings, kind, unit->object, change->title,
		"%s; compiled against it: %zu replaced function%s%s%s; objects of the old "
		"layout %s%s",
		change->text, users.travelling.count,
		users.travelling.count == 1 ? "" : "s", *described ? ", " : "", described,
		doubt ? "may exist: " : "cannot exist when the new code runs",
		doubt ? doubt : "");
	return NULL;
}

static struct error *assess_unit(
	struct update *update, const struct update_unit *unit, struct allowing *allowing)
{
	scope_layout_change_list struct layout_change_list list = {0};
	scope_name_map struct name_map staying = {0};
	try(layout_changes_find(&unit->pre_unit, &unit->post_unit, &list));
	if (!list.changes.count)
		return NULL;
	unit_list_staying(unit, &staying);
	const struct layout_unit layout_unit = {
		.pre = &unit->pre_unit,
		.post = &unit->post_unit,
		.object = unit->object,
		.folder = unit->record.folder,
		.travels = function_travels,
		.context = &staying,
	};
	array_foreach (change, &list.changes)
		try(assess_change(update, &layout_unit, change, allowing));
	return NULL;
}

struct error *assess_layouts(
	struct update *update, const char *const *allowed, size_t allowed_count)
{
	if (!update->has_change)
		return NULL;
	scope_free bool *is_used = memory_allocate(allowed_count + 1);
	struct allowing allowing = {allowed, is_used, allowed_count};
	for (size_t i = 0; i < update->unit_count; i++)
		try(assess_unit(update, &update->units[i], &allowing));
	for (size_t i = 0; i < allowed_count; i++) {
		if (!is_used[i])
			return error_hint(
				error_failed("--allow-layout=%s: the patch changes no "
					     "type of that kind and name",
					allowed[i]),
				"say struct:NAME, union:NAME or enum:NAME, as the "
				"finding names it");
	}
	return NULL;
}
