// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/layout_user.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/layout_change.h"
#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/name_map.h"

/* Which functions of the unit go on running old code. */
struct travelling_names {
	struct name_map numbers; /* name → 1: travels or cannot run again, 0: stays */
};

/* Nobody runs the old code any more: it is replaced or gone, or ran at boot. */
static bool pre_function_ends(const struct piece *piece)
{
	const struct piece *whole = update_find_whole(piece);
	return !whole->twin || whole->twin->travels || whole->kind == SECTION_KIND_INIT;
}

static void names_collect(const struct update_unit *unit, struct travelling_names *names)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (piece->role == SECTION_CODE && piece->symbol)
			name_map_set(&names->numbers, piece->symbol->name,
				piece->travels || !piece->twin ||
					piece->kind == SECTION_KIND_INIT);
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (piece->role == SECTION_CODE && piece->symbol)
			name_map_set(&names->numbers, piece->symbol->name,
				pre_function_ends(piece));
	}
}

static bool name_travels(const char *function, void *context)
{
	const struct travelling_names *names = context;
	int64_t travels;
	return name_map_find(&names->numbers, function, &travels) && travels;
}

/* What the author allowed, and which of it there is. */
struct allowance {
	const struct command_list *allowed;
	bool *is_used;
};

static bool change_is_allowed(
	const struct layout_change *change, const struct allowance *allowance)
{
	bool is_allowed = false;
	for (size_t i = 0; i < allowance->allowed->count; i++) {
		if (!layout_is_allowed(change, allowance->allowed->items[i]))
			continue;
		allowance->is_used[i] = true;
		is_allowed = true;
	}
	return is_allowed;
}

/* The text of the change without "struct name: " in front, which the finding has. */
static const char *change_find_text(const struct layout_change *change)
{
	scope_free char *title = memory_format("%s %s: ", change->kind, change->name);
	bool is_there = strncmp(change->text, title, strlen(title)) == 0;
	return is_there ? change->text + strlen(title) : change->text;
}

static struct error *assess_change(struct update *update, const struct layout_unit *unit,
	const struct layout_change *change, const struct allowance *allowance)
{
	const struct update_targets *targets = update->targets;
	scope_layout_users struct layout_users users = {0};
	try(layout_users_find(unit, change, targets->tree, targets->index, &users));
	if (!users.is_mentioned)
		return NULL;
	scope_free char *staying = layout_users_describe(&users);
	scope_free char *doubt = layout_find_doubt(unit, change, &users);
	bool is_allowed = change_is_allowed(change, allowance);
	const char *separator = staying[0] ? "; " : "";
	const char *text = change_find_text(change);
	if (!doubt)
		finding_add(&update->findings, FINDING_PROVEN_LAYOUT, unit->object,
			change->name, "%s: %s; no object of the old layout can exist",
			change->kind, text);
	else if (is_allowed)
		finding_add(&update->findings, FINDING_ALLOWED_LAYOUT, unit->object,
			change->name, "%s: %s%s%s (allowed by --allow-layout)",
			change->kind, text, separator, staying);
	else
		finding_add(&update->findings, FINDING_CHANGED_LAYOUT, unit->object,
			change->name, "%s: %s; %s%s%s", change->kind, text, doubt,
			separator, staying);
	return NULL;
}

static struct error *assess_unit_layouts(struct update *update,
	const struct update_unit *unit, const struct allowance *allowance)
{
	scope_layout_change_list struct layout_change_list list = {0};
	struct travelling_names names = {0};
	struct layout_unit described = {
		.pre = &unit->pre_unit,
		.post = &unit->post_unit,
		.object = unit->object,
		.folder = unit->record.folder,
		.travels = name_travels,
		.context = &names,
	};
	try(layout_changes_find(&unit->pre_unit, &unit->post_unit, &list));
	names_collect(unit, &names);
	struct error *error = NULL;
	for (size_t i = 0; i < list.changes.count && !error; i++)
		error = assess_change(
			update, &described, &list.changes.items[i], allowance);
	name_map_deinit(&names.numbers);
	return error;
}

struct error *assess_layouts(struct update *update, const struct command_list *allowed)
{
	/* Where no code changes, nobody sees an object in another way than before. */
	if (!update->has_change)
		return NULL;
	scope_free bool *is_used =
		memory_allocate((allowed->count + 1) * sizeof(*is_used));
	const struct allowance allowance = {allowed, is_used};
	for (size_t i = 0; i < update->unit_count; i++)
		try(assess_unit_layouts(update, &update->units[i], &allowance));
	for (size_t i = 0; i < allowed->count; i++) {
		if (!is_used[i])
			return error_hint(
				error_failed(
					"--allow-layout=%s: the patch changes no such "
					"layout",
					allowed->items[i]),
				"the form is KIND:NAME; KIND is struct, union or enum, NAME is "
				"the name before the patch");
	}
	return NULL;
}
