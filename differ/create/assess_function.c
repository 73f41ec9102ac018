// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/referrer.h"
#include "differ/tree/build_record.h"
#include "lib/json.h"

static bool piece_is_moved(const struct piece *pre, const struct piece *post)
{
	size_t size = kernel_section_name_size(pre->section->name);
	if (pre->kind != post->kind)
		return true;
	return post->kind == SECTION_KIND_SPECIAL_TEXT &&
	       (kernel_section_name_size(post->section->name) != size ||
		       strncmp(pre->section->name, post->section->name, size) != 0);
}

static void assess_post_function(
	struct update *update, const struct update_unit *unit, const struct piece *piece)
{
	const char *name = piece->symbol->name;
	const struct piece *pre = piece->twin;
	if (pre && pre->kind == SECTION_KIND_TEXT && piece->kind == SECTION_KIND_INIT)
		return; /* the running kernel's stays; see assess_init */
	if (pre && piece_is_moved(pre, piece))
		finding_add(&update->findings, FINDING_MOVED_FUNCTION, unit->object, name,
			"was in section %s, and the patch moves it to %s",
			pre->section->name, piece->section->name);
	if (!pre && piece->symbol->binding != STB_LOCAL &&
		piece->kind != SECTION_KIND_INIT &&
		update_target_find_global(unit->target, name))
		finding_add(&update->findings, FINDING_MOVED_FUNCTION, unit->object, name,
			"is new in this file, but the running kernel has a function of "
			"that name from another file, which other code keeps calling");
}

/* Is it part of another function now? */
static bool function_is_inlined(const struct update_unit *unit, const char *name)
{
	size_t count = json_count_items(unit->post_unit.functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *inlined = json_find(
			json_find_item(unit->post_unit.functions, i), "inlined");
		size_t names = json_count_items(inlined);
		for (size_t k = 0; k < names; k++) {
			const char *found = json_find_item_text(inlined, k);
			if (found && strcmp(found, name) == 0)
				return true;
		}
	}
	return false;
}

/*
 * A function that is gone stays in memory. Nobody calls it any more, unless its address
 * was stored: then it goes on running, old code between new one, and with the parameters
 * that its callees had before.
 */
static void assess_gone_function(struct update *update, const struct update_unit *unit,
	const struct referrer_list *referrers, const struct piece *piece)
{
	const char *name = piece->symbol->name;
	if (piece->kind == SECTION_KIND_INIT)
		return; /* see assess_init */
	const struct referrer *taken = referrer_list_find_address(referrers, piece);
	if (taken)
		finding_add(&update->findings, FINDING_REMOVED_FUNCTION, unit->object,
			name,
			"is removed, but %s stored its address, so the running kernel may "
			"call it at any time",
			update_piece_name(taken->from));
	else if (function_is_inlined(unit, name))
		finding_add(&update->findings, FINDING_INLINED_FUNCTION, unit->object,
			name, "is no function of its own any more");
	else
		finding_add(&update->findings, FINDING_GONE_FUNCTION, unit->object, name,
			"is removed; the functions that called it are replaced");
}

/*
 * Who calls a function through an address that was stored before, or from another unit,
 * passes what it took then. Callers in its own unit were compiled against the new type:
 * where that makes a difference, their code differs, and they travel.
 */
static void assess_signature(struct update *update, const struct update_unit *unit,
	const struct referrer_list *referrers, const struct piece *pre)
{
	struct finding_list *findings = &update->findings;
	const char *name = pre->symbol->name;
	const char *before = json_find_text(pre->recorded, "signature");
	const char *after = json_find_text(pre->twin->recorded, "signature");
	const struct referrer *taken = referrer_list_find_address(referrers, pre);
	if (pre->symbol->binding != STB_LOCAL)
		finding_add(findings, FINDING_CHANGED_SIGNATURE, unit->object, name,
			"was %s and becomes %s, and code in other files may call it",
			before, after);
	else if (taken)
		finding_add(findings, FINDING_CHANGED_SIGNATURE, unit->object, name,
			"was %s and becomes %s, and %s stored its address, so the "
			"running kernel may call it in the old way",
			before, after, update_piece_name(taken->from));
}

static bool function_has_new_signature(const struct piece *pre)
{
	const char *before = json_find_text(pre->recorded, "signature");
	const char *after =
		pre->twin ? json_find_text(pre->twin->recorded, "signature") : NULL;
	return before && after && pre->kind != SECTION_KIND_INIT &&
	       strcmp(before, after) != 0;
}

static void assess_unit_functions(struct update *update, const struct update_unit *unit)
{
	scope_referrer_list struct referrer_list *referrers = NULL;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (update_is_function(piece))
			assess_post_function(update, unit, piece);
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		bool is_gone = !piece->twin;
		if (!update_is_function(piece) ||
			(!is_gone && !function_has_new_signature(piece)))
			continue;
		if (!referrers)
			referrers = referrer_list_create(unit->pre_pieces);
		if (is_gone)
			assess_gone_function(update, unit, referrers, piece);
		else
			assess_signature(update, unit, referrers, piece);
	}
}

void assess_functions(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++)
		assess_unit_functions(update, &update->units[i]);
}
