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
#include <linux/timekeeping.h>

#include "kmod/change/probe_guard.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/update_image.h"
#include "kmod/update/change_list.h"
#include "kmod/update/module_link.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_order.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"
#include "kmod/update/update_sysfs.h"

LIST_HEAD(live_updates);

static struct live_update *find_update(const char *id)
{
	struct live_update *update;

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

static void unpin_changes(const struct change_list *list, size_t count, bool is_reversal)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list->changes[i].is_reversal == is_reversal)
			module_link_remove(THIS_MODULE, list->changes[i].part->module);
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
		unpin_changes(list, i, false);
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

static int attempt_changes(struct live_update *update, const struct change_list *list,
	const struct update_order *order)
{
	struct transition_report report = {.conflicts = &update->conflicts};
	struct transition transition = {
		.changes = list->changes,
		.change_count = list->count,
		.is_trial = order->is_trial,
		.is_full_scan = order->is_full_scan,
	};
	bool has_changed;
	int result;

	conflict_report_clear(&update->conflicts);
	result = pin_changes(list);
	if (result)
		return result;
	/* Of what is gone nothing is to be written, and the machine need not stop. */
	if (list->count)
		result = transition_run(&transition, &report);
	has_changed = !result && !order->is_trial;
	unpin_changes(list, list->count, has_changed);
	update->attempts++;
	update->times = report.times;
	if (!has_changed)
		return result;
	record_changes(update, order);
	announce_changes(update, list);
	return 0;
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
	int result;

	update_lock();
	result = change_locked(update, order);
	update_unlock();
	return result;
}

int live_update_change_id(const char *id, const struct update_order *order)
{
	struct live_update *update;
	int result = -ENOENT;

	update_lock();
	update = find_update(id);
	if (update)
		result = change_locked(update, order);
	else
		problem_add("%s: no such update is loaded", id);
	update_unlock();
	return result;
}

static int apply_part(struct update_part *part)
{
	static const struct update_order order = {0};
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
	int result = -ENOENT;

	update_lock();
	part = live_update_find_part(module_name);
	if (part)
		result = apply_part(part);
	else
		problem_add("%s: no such part of an update is loaded", module_name);
	update_unlock();
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

/* ---- coming and going --------------------------------------------------------- */

static void free_update(struct live_update *update)
{
	conflict_report_clear(&update->conflicts);
	kfree(update);
}

static struct live_update *make_update(const char *id)
{
	struct live_update *update = kzalloc(sizeof(*update), GFP_KERNEL);

	if (!update)
		return NULL;
	strscpy(update->id, id, sizeof(update->id));
	INIT_LIST_HEAD(&update->parts);
	init_completion(&update->released);
	update->state = LIVE_UPDATE_LOADED;
	update->changed_at = ktime_get_real_seconds();
	return update;
}

/* The parts of an update say the same of it. */
static int check_siblings(const struct live_update *update, const struct module *module,
	const struct update_image *image)
{
	const struct update_part *part;
	size_t size = image->header->part_count * sizeof(*image->parts);

	live_update_foreach_part (part, update) {
		if (part->image.header->part_count == image->header->part_count &&
			!memcmp(part->image.parts, image->parts, size))
			continue;
		problem_add("%s: has other parts than %s, which has the same id",
			module->name, part->module->name);
		return -EEXIST;
	}
	return 0;
}

/* A new update is in no list yet. */
static int add_part(
	struct live_update *update, struct module *module, struct update_image *image)
{
	struct update_part *part;
	int result = check_siblings(update, module, image);

	if (!result)
		result = update_part_create(module, image, update, &part);
	if (result)
		return result;
	result = update_parents_find(part);
	if (result) {
		update_part_destroy(part);
		return result;
	}
	list_add_tail(&part->node, &update->parts);
	update_image_release(&part->image);
	return 0;
}

static void remove_part(struct update_part *part)
{
	list_del(&part->node);
	update_parents_release(part);
	update_part_destroy(part);
}

/* *is_new: the update is made with the part, and in the list. */
static int load_locked(struct module *module, struct update_image *image,
	struct live_update **loaded, bool *is_new)
{
	struct live_update *update = find_update(image->header->id);
	int result;

	*is_new = !update;
	if (*is_new)
		update = make_update(image->header->id);
	if (!update)
		return -ENOMEM;
	result = add_part(update, module, image);
	if (!*is_new || result) {
		if (*is_new)
			free_update(update);
		return result;
	}
	list_add_tail(&update->node, &live_updates);
	*loaded = update;
	return 0;
}

/* Ends an update without parts. The caller has taken it out of the list. */
static void end_update(struct live_update *update)
{
	if (update->is_shown)
		update_sysfs_remove(update);
	free_update(update);
}

/* Returns the update if that was its last part. */
static struct live_update *unload_part(struct update_part *part)
{
	struct live_update *update = part->update;

	remove_part(part);
	if (!list_empty(&update->parts))
		return NULL;
	list_del(&update->node);
	return update;
}

static void forget_module(const struct module *module)
{
	struct live_update *update;

	update_lock();
	update = unload_part(live_update_find_part(module->name));
	update_unlock();
	if (update)
		end_update(update);
}

int live_update_load(struct module *module, struct update_image *image)
{
	struct live_update *update;
	bool is_new;
	int result;

	update_lock();
	result = load_locked(module, image, &update, &is_new);
	update_unlock();
	if (result || !is_new)
		return result;
	result = update_sysfs_add(update);
	if (result)
		forget_module(module);
	return result;
}

/*
 * Nothing that is applied can be unloaded (module_link.h). If somebody has found a way,
 * the machine must not run into freed memory: then this thread stays here for ever, and
 * with it the code.
 */
static void stay_for_ever(const struct update_part *part)
{
	pr_crit("%s: is unloaded while it is applied; its memory is never freed\n",
		part->module->name);
	for (;;)
		msleep(MSEC_PER_SEC);
}

void live_update_unload(struct module *module)
{
	struct update_part *part;
	bool was_applied, is_applied;

	update_lock();
	part = live_update_find_part(module->name);
	was_applied = part->was_applied;
	is_applied = part->is_applied;
	update_unlock();
	if (is_applied)
		stay_for_ever(part);
	forget_module(module);
	/* For the threads that the stack check cannot see, see stack_check.h. */
	if (was_applied)
		synchronize_rcu_tasks();
}
