// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/update/live_update.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "kmod/change/probe_guard.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/update_image.h"
#include "kmod/update/change_list.h"
#include "kmod/update/module_link.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_hooks.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_order.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"
#include "kmod/update/update_sysfs.h"

LIST_HEAD(live_updates);

struct live_update *live_update_find(const char *id)
{
	struct live_update *update;

	update_lock_assert_held();
	live_update_foreach (update) {
		if (!strcmp(update->id, id))
			return update;
	}
	return NULL;
}

struct update_part *live_update_find_part(const char *module_name)
{
	struct live_update *update;
	struct update_part *part;

	update_lock_assert_held();
	live_update_foreach (update) {
		live_update_foreach_part (part, update) {
			if (!strcmp(part->module->name, module_name))
				return part;
		}
	}
	return NULL;
}

bool live_update_is_irreversible(const struct live_update *update)
{
	const struct update_part *part;

	update_lock_assert_held();
	live_update_foreach_part (part, update) {
		if (part->image.header->flags & KSPLICE_UPDATE_IRREVERSIBLE)
			return true;
	}
	return false;
}

/* ---- one attempt ------------------------------------------------------------ */

static void unpin_change(const struct transition_change *change)
{
	module_link_remove(THIS_MODULE, change->part->module);
}

/*
 * Ends the pins that are of no use any more: of what was reversed; or, if nothing has
 * changed, of what was not applied. A part whose target went while hooks ran was pinned
 * until then: see live_update_forget_target.
 */
static void unpin_changes(const struct change_list *list, bool has_changed)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->changes[i].is_reversal == has_changed)
			unpin_change(&list->changes[i]);
}

/* What is applied must not be unloaded, not even by force. */
static int pin_changes(const struct change_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct module *module = list->changes[i].part->module;
		int result;

		if (list->changes[i].is_reversal)
			continue;
		result = module_link_add(THIS_MODULE, module);
		if (!result)
			continue;
		while (i--)
			if (!list->changes[i].is_reversal)
				unpin_change(&list->changes[i]);
		if (result != -ENODEV)
			return result;
		/* Its init has not returned yet, or its exit has been called. */
		problem_add("%s: is being loaded or unloaded", module->name);
		return -EAGAIN;
	}
	return 0;
}

static void set_state(struct live_update *update, enum live_update_state state)
{
	if (update->state != state)
		update->changed_at = ktime_get_real_seconds();
	update->state = state;
	update->replaced_by[0] = '\0';
}

static void record_changes(struct live_update *update, const struct update_order *order)
{
	struct live_update *other;

	if (order->is_replacing) {
		live_update_foreach (other) {
			if (!change_list_replaces(update, other))
				continue;
			set_state(other, LIVE_UPDATE_REVERSED);
			strscpy(other->replaced_by, update->id,
				sizeof(other->replaced_by));
		}
	}
	set_state(
		update, order->is_reversal ? LIVE_UPDATE_REVERSED : LIVE_UPDATE_APPLIED);
}

/* Each update once; its parts are next to each other. */
static void announce_changes(
	const struct live_update *update, const struct change_list *list)
{
	const struct live_update *last = NULL;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct live_update *other = list->changes[i].part->update;

		if (other == last)
			continue;
		last = other;
		if (other != update)
			pr_info("Update %s replaced by update %s\n", other->id,
				update->id);
		else
			pr_info("Update %s %s successfully\n", other->id,
				list->changes[i].is_reversal ? "reversed" : "applied");
	}
}

/* The part that the update lock is held for. */
static int run_transition(struct live_update *update, const struct change_list *list,
	const struct update_order *order, struct update_hooks *hooks)
{
	struct transition_report report = {.conflicts = &update->conflicts};
	int result = change_list_recheck(list, update, order);

	if (!result)
		result = transition_run(hooks->transition, hooks, &report);
	update->times = report.times;
	if (result || order->is_trial)
		return result;
	/* With the change: whoever gets the lock next must see both. */
	record_changes(update, order);
	announce_changes(update, list);
	return 0;
}

/*
 * The hooks before and after run without the update lock, and the change lock keeps all
 * parts where they are. Targets may come and go meanwhile.
 */
static int run_with_hooks(struct live_update *update, const struct change_list *list,
	const struct update_order *order)
{
	const struct transition transition = {
		.changes = list->changes,
		.change_count = list->count,
		.is_trial = order->is_trial,
		.is_full_scan = order->is_full_scan,
	};
	struct update_hooks hooks = {.transition = &transition};
	int result = transition_check(&transition);

	if (result)
		return result;
	update_unlock();
	result = update_hooks_pre(&hooks);
	update_lock();
	if (!result)
		result = run_transition(update, list, order, &hooks);
	update_unlock();
	if (!result && !order->is_trial)
		update_hooks_post(&hooks);
	else
		update_hooks_fail(&hooks);
	update_lock();
	return result;
}

/* In what is not loaded nothing is to be written, and the machine need not stop. */
static int change_nothing(struct live_update *update, const struct update_order *order)
{
	if (order->is_trial)
		return 0;
	record_changes(update, order);
	pr_info("Update %s %s: none of its targets is loaded\n", update->id,
		order->is_reversal ? "reversed" : "waits");
	return 0;
}

static int attempt_changes(struct live_update *update, const struct change_list *list,
	const struct update_order *order)
{
	int result;

	conflict_report_clear(&update->conflicts);
	memset(&update->times, 0, sizeof(update->times));
	result = pin_changes(list);
	if (result)
		return result;
	update->attempts++;
	if (!list->count)
		return change_nothing(update, order);
	result = run_with_hooks(update, list, order);
	unpin_changes(list, !result && !order->is_trial);
	return result;
}

static int change_locked(struct live_update *update, const struct update_order *order)
{
	struct change_list list;
	int result = change_list_init(&list);

	if (result)
		return result;
	result = change_list_fill(&list, update, order);
	if (!result)
		result = attempt_changes(update, &list, order);
	change_list_deinit(&list);
	return result;
}

int live_update_change(struct live_update *update, const struct update_order *order)
{
	int result = change_lock(update->id);

	if (result)
		return result;
	update_lock();
	result = change_locked(update, order);
	update_unlock();
	change_unlock();
	return result;
}

int live_update_change_id(const char *id, const struct update_order *order)
{
	struct live_update *update;
	int result = change_lock(id);

	if (result)
		return result;
	update_lock();
	update = live_update_find(id);
	if (update) {
		result = change_locked(update, order);
	} else {
		problem_add("%s: no such update is loaded", id);
		result = -ENOENT;
	}
	update_unlock();
	change_unlock();
	return result;
}

static int apply_part(struct update_part *part)
{
	/* That of another target may be on its way as well. */
	static const struct update_order order = {.is_partial = true};
	struct transition_change change = {.part = part};
	const struct change_list list = {.changes = &change, .count = 1};

	if (part->update->state != LIVE_UPDATE_APPLIED || part->is_gone) {
		problem_add("%s: is a part of an update that is not applied",
			part->module->name);
		return -EINVAL;
	}
	if (part->is_applied)
		return -EALREADY;
	return attempt_changes(part->update, &list, &order);
}

int live_update_apply_part(const char *module_name)
{
	struct update_part *part;
	int result = change_lock(module_name);

	if (result)
		return result;
	update_lock();
	part = live_update_find_part(module_name);
	if (part) {
		result = apply_part(part);
	} else {
		problem_add("%s: no such part of an update is loaded", module_name);
		result = -ENOENT;
	}
	update_unlock();
	change_unlock();
	return result;
}

static bool is_part_of(const struct update_part *part, const struct module *target)
{
	const struct ksplice_target *row = part->image.targets;

	return !part->is_gone && row->kind != KSPLICE_TARGET_IMAGE &&
	       !strcmp(row->name, target->name);
}

void live_update_forget_target(const struct module *target)
{
	struct live_update *update;
	struct update_part *part;

	update_lock();
	probe_guard_lock();
	live_update_foreach (update) {
		live_update_foreach_part (part, update) {
			bool was_applied = part->is_applied;

			if (!is_part_of(part, target))
				continue;
			update_part_forget(part);
			if (was_applied)
				module_link_remove(THIS_MODULE, part->module);
		}
	}
	probe_guard_unlock();
	update_unlock();
}
