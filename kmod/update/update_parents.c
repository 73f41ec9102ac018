// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_parents.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>

#include "kmod/kernel/problem.h"
#include "kmod/update/live_update.h"
#include "kmod/update/module_link.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_part.h"

static bool has_parent(const struct update_part *part, const struct update_part *parent)
{
	size_t i;

	for (i = 0; i < part->parent_count; i++)
		if (part->parents[i] == parent)
			return true;
	return false;
}

static int add_parent(struct update_part *part, const struct ksplice_target *target)
{
	struct update_part *parent;
	int result;

	if (target->kind == KSPLICE_TARGET_IMAGE)
		return 0;
	parent = live_update_find_part(target->name);
	if (!parent && target->kind == KSPLICE_TARGET_UPDATE) {
		problem_add("%s: builds on update module %s, which is not loaded",
			part->module->name, target->name);
		return -ENOENT;
	}
	if (!parent || has_parent(part, parent))
		return 0;
	result = module_link_add(part->module, parent->module);
	if (result) {
		problem_add("%s: builds on update module %s, which is being loaded or unloaded",
			part->module->name, target->name);
		return result;
	}
	part->parents[part->parent_count++] = parent;
	return 0;
}

static int add_parents(
	struct update_part *part, const struct ksplice_target *targets, u32 count)
{
	int result = 0;
	u32 i;

	for (i = 0; i < count && !result; i++)
		result = add_parent(part, &targets[i]);
	return result;
}

int update_parents_find(struct update_part *part)
{
	const struct ksplice_update *header = part->image.header;
	const struct ksplice_symbol_list *list =
		(const void *)(unsigned long)header->symbols;
	int result;

	update_lock_assert_held();
	part->parents = kvcalloc(header->target_count + list->target_count,
		sizeof(*part->parents), GFP_KERNEL);
	if (!part->parents)
		return -ENOMEM;
	result = add_parents(part, part->image.targets, header->target_count);
	if (!result)
		result = add_parents(part, (const void *)(list + 1), list->target_count);
	if (result)
		update_parents_release(part);
	return result;
}

void update_parents_release(struct update_part *part)
{
	while (part->parent_count)
		module_link_remove(
			part->module, part->parents[--part->parent_count]->module);
	kvfree(part->parents);
	part->parents = NULL;
}

static void mark_parents(struct live_update *update)
{
	struct update_part *part;
	size_t i;

	live_update_foreach_part (part, update) {
		for (i = 0; i < part->parent_count; i++)
			part->parents[i]->update->is_marked = true;
	}
}

/* An update is younger than those that it builds on. */
bool update_parents_has(const struct live_update *update, const struct live_update *other)
{
	struct live_update *older;

	update_lock_assert_held();
	live_update_foreach (older)
		older->is_marked = older == update;
	live_update_foreach_reverse (older) {
		if (older->is_marked)
			mark_parents(older);
		if (older == other)
			return older->is_marked && other != update;
	}
	return false;
}

static bool will_be_applied(const struct update_part *part)
{
	return part->fate == PART_ENTERS ||
	       (part->is_applied && part->fate == PART_STAYS);
}

static const char *part_id(const struct update_part *part)
{
	return part->image.header->id;
}

static int check_entering(const struct update_part *part)
{
	size_t i;

	for (i = 0; i < part->parent_count; i++) {
		if (will_be_applied(part->parents[i]))
			continue;
		problem_add("%s: builds on update %s, which is not applied",
			part_id(part), part_id(part->parents[i]));
		return -ENOENT;
	}
	return 0;
}

static int check_leaving(const struct update_part *part)
{
	struct live_update *update;
	struct update_part *other;

	live_update_foreach (update) {
		live_update_foreach_part (other, update) {
			if (!will_be_applied(other) || !has_parent(other, part))
				continue;
			problem_add("%s: update %s builds on it; undo that one first",
				part_id(part), part_id(other));
			return -EBUSY;
		}
	}
	return 0;
}

/* Whoever replaces a piece of code again knows that it does. */
static int check_layers(const struct replaced_code *code)
{
	const struct replacement *entering = code->entering;
	const struct replacement *staying = replaced_code_staying(code);
	const struct replacement *layer, *leaving = NULL;

	list_for_each_entry (layer, &code->layers, layer) {
		if (layer->part->fate == PART_LEAVES) {
			leaving = layer;
		} else if (leaving) {
			problem_add("%s: %s: update %s replaces it again; undo that one "
				    "first",
				replacement_target(leaving), replacement_name(leaving),
				part_id(layer->part));
			return -EBUSY;
		}
	}
	if (!entering || !staying ||
		update_parents_has(entering->part->update, staying->part->update))
		return 0;
	problem_add("%s: %s: update %s already replaces it; undo that one first, or let "
		    "this one replace it",
		replacement_target(entering), replacement_name(entering),
		part_id(staying->part));
	return -EEXIST;
}

int update_parents_check(
	const struct transition *transition, const struct list_head *codes)
{
	const struct transition_change *change;
	const struct replaced_code *code;
	int result = 0;

	transition_foreach_change (change, transition) {
		result = change->is_reversal ? check_leaving(change->part)
					     : check_entering(change->part);
		if (result)
			return result;
	}
	list_for_each_entry (code, codes, touched) {
		result = check_layers(code);
		if (result)
			return result;
	}
	return 0;
}
