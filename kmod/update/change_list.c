// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/change_list.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "kmod/kernel/problem.h"
#include "kmod/kernel/target.h"
#include "kmod/update/live_update.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_order.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"

int change_list_init(struct change_list *list)
{
	struct live_update *update;
	struct update_part *part;
	size_t count = 0;

	live_update_foreach (update) {
		live_update_foreach_part (part, update)
			count++;
	}
	list->count = 0;
	list->changes = kvcalloc(count + 1, sizeof(*list->changes), GFP_KERNEL);
	return list->changes ? 0 : -ENOMEM;
}

void change_list_deinit(struct change_list *list)
{
	kvfree(list->changes);
}

bool change_list_replaces(
	const struct live_update *update, const struct live_update *other)
{
	return other != update && other->state == LIVE_UPDATE_APPLIED &&
	       !update_parents_has(update, other);
}

static void add_change(
	struct change_list *list, struct update_part *part, bool is_reversal)
{
	list->changes[list->count++] = (struct transition_change){part, is_reversal};
}

static int check_reversible(const struct live_update *update)
{
	if (!live_update_is_irreversible(update))
		return 0;
	problem_add("%s: cannot be reversed: addresses of its new functions may be "
		    "stored in places that are not known",
		update->id);
	return -EPERM;
}

/* The parts that are applied, the youngest first. */
static int add_reversals(struct change_list *list, struct live_update *update)
{
	struct update_part *part;

	list_for_each_entry_reverse (part, &update->parts, node) {
		if (part->is_applied)
			add_change(list, part, true);
	}
	return check_reversible(update);
}

static void add_applications(struct change_list *list, struct live_update *update)
{
	struct update_part *part;

	live_update_foreach_part (part, update) {
		if (!part->is_applied && !part->is_gone)
			add_change(list, part, false);
	}
}

static int add_replaced(struct change_list *list, const struct live_update *update)
{
	struct live_update *other;
	int result = 0;

	live_update_foreach_reverse (other) {
		if (!change_list_replaces(update, other))
			continue;
		result = add_reversals(list, other);
		if (result)
			break;
	}
	return result;
}

static bool has_part_for(
	const struct live_update *update, const struct ksplice_target *row)
{
	const struct update_part *part;

	live_update_foreach_part (part, update) {
		if (!part->is_gone && update_part_is_for(part, row))
			return true;
	}
	return false;
}

/* Half an update is none: each of its targets that is in memory has its part here. */
static int check_parts(const struct live_update *update)
{
	u32 i;

	for (i = 0; i < update->target_count; i++) {
		const struct ksplice_target *row = &update->targets[i];

		if (!target_is_loaded(row) || has_part_for(update, row))
			continue;
		problem_add("%s: its target %s is loaded, and the part for it is not",
			update->id, row->name);
		return -ENXIO;
	}
	return 0;
}

/* Without any part, a target that is loaded would be neither patched nor waited for. */
static bool needs_all_parts(
	const struct live_update *update, const struct update_order *order)
{
	return !order->is_reversal && (!order->is_partial || list_empty(&update->parts));
}

static bool has_gone(const struct change_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->changes[i].part->is_gone) {
			problem_add("%s: its target %s has been unloaded meanwhile",
				list->changes[i].part->update->id,
				list->changes[i].part->image.targets->name);
			return true;
		}
	return false;
}

int change_list_recheck(const struct change_list *list, const struct live_update *update,
	const struct update_order *order)
{
	if (has_gone(list))
		return -EAGAIN;
	return needs_all_parts(update, order) ? check_parts(update) : 0;
}

/* An update whose targets are all gone is applied and waits for them. */
static int list_reversals(struct change_list *list, struct live_update *update)
{
	return update->state == LIVE_UPDATE_APPLIED ? add_reversals(list, update)
						    : -EALREADY;
}

int change_list_fill(struct change_list *list, struct live_update *update,
	const struct update_order *order)
{
	size_t reversals;
	int result = 0;

	if (update->is_ended)
		return -ENODEV; /* who writes to its file has come too late */
	if (order->is_reversal)
		return list_reversals(list, update);
	if (needs_all_parts(update, order))
		result = check_parts(update);
	if (!result && order->is_replacing)
		result = add_replaced(list, update);
	if (result)
		return result;
	reversals = list->count;
	add_applications(list, update);
	if (list->count > reversals)
		return 0;
	if (update->state == LIVE_UPDATE_APPLIED)
		return -EALREADY;
	if (list_empty(&update->parts))
		return 0; /* it waits for all of its targets */
	problem_add("%s: all modules that it changes were unloaded; load it again", update->id);
	return -ENODEV;
}
