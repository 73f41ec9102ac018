// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/update/update_life.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/match/update_image.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"
#include "kmod/update/update_sysfs.h"

static void free_update(struct live_update *update)
{
	conflict_report_clear(&update->conflicts);
	kfree(update->targets);
	kfree(update);
	module_put(THIS_MODULE);
}

static struct live_update *make_update(
	const char *id, const struct ksplice_target *targets, u32 target_count)
{
	struct live_update *update = kzalloc(sizeof(*update), GFP_KERNEL);

	if (!update)
		return NULL;
	update->targets =
		kmemdup(targets, target_count * sizeof(*targets), GFP_KERNEL);
	if (!update->targets) {
		kfree(update);
		return NULL;
	}
	update->target_count = target_count;
	strscpy(update->id, id, sizeof(update->id));
	INIT_LIST_HEAD(&update->parts);
	init_completion(&update->released);
	update->state = LIVE_UPDATE_LOADED;
	update->changed_at = ktime_get_real_seconds();
	/* The caller is called by somebody who holds one already. */
	__module_get(THIS_MODULE);
	return update;
}

/* The caller frees it, with end_update. */
static void take_out(struct live_update *update)
{
	update->is_ended = true;
	list_del(&update->node);
}

/* Ends an update without parts, that has been taken out of the list. */
static void end_update(struct live_update *update)
{
	if (update->is_shown)
		update_sysfs_remove(update);
	free_update(update);
}

/* ---- parts ---------------------------------------------------------------------- */

/* The parts of an update say the same of it, and so does who announced it. */
static int check_table(const struct live_update *update, const struct module *module,
	const struct update_image *image)
{
	size_t size = update->target_count * sizeof(*update->targets);

	if (image->header->part_count == update->target_count &&
		!memcmp(image->parts, update->targets, size))
		return 0;
	problem_add("%s: has other parts than the update of its id, which is loaded",
		module->name);
	return -EEXIST;
}

/* A new update is in no list yet. */
static int add_part(
	struct live_update *update, struct module *module, struct update_image *image)
{
	struct update_part *part;
	int result = check_table(update, module, image);

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
	const struct ksplice_update *header = image->header;
	struct live_update *update = live_update_find(header->id);
	int result;

	*is_new = !update;
	if (*is_new)
		update = make_update(header->id, image->parts, header->part_count);
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

/* Returns the update if it ends with the part. One that is applied waits for its targets
 * instead: none of them is loaded, or the part for it would be applied. */
static struct live_update *unload_part(struct update_part *part)
{
	struct live_update *update = part->update;

	remove_part(part);
	if (!list_empty(&update->parts) || update->state == LIVE_UPDATE_APPLIED)
		return NULL;
	take_out(update);
	return update;
}

static void forget_module(const struct module *module)
{
	struct live_update *update;

	change_lock_wait();
	update_lock();
	update = unload_part(live_update_find_part(module->name));
	update_unlock();
	change_unlock();
	if (update)
		end_update(update);
}

int update_life_load(struct module *module, struct update_image *image)
{
	struct live_update *update;
	bool is_new;
	int result = change_lock(module->name);

	if (result)
		return result;
	update_lock();
	result = load_locked(module, image, &update, &is_new);
	update_unlock();
	change_unlock();
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

void update_life_unload(struct module *module)
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

/* ---- without parts -------------------------------------------------------------- */

static int check_announcement(
	const char *id, const struct ksplice_target *targets, u32 target_count)
{
	if (!update_image_is_id(id)) {
		problem_add("an update is announced whose id is damaged");
		return -EINVAL;
	}
	return target_table_check(id, targets, target_count);
}

/* With the change lock and without the update lock, which readers of sysfs take: nobody
 * forgets the update meanwhile, or loads a part of it. */
static int show_announced(struct live_update *update)
{
	int result = update_sysfs_add(update);

	if (!result)
		return 0;
	update_lock();
	take_out(update);
	update_unlock();
	free_update(update);
	return result;
}

static int announce_locked(
	const char *id, const struct ksplice_target *targets, u32 target_count)
{
	struct live_update *update;

	update_lock();
	update = live_update_find(id);
	if (update) {
		update_unlock();
		problem_add("%s: is loaded already", id);
		return -EEXIST;
	}
	update = make_update(id, targets, target_count);
	if (update)
		list_add_tail(&update->node, &live_updates);
	update_unlock();
	return update ? show_announced(update) : -ENOMEM;
}

int update_life_announce(
	const char *id, const struct ksplice_target *targets, u32 target_count)
{
	int result = check_announcement(id, targets, target_count);

	if (!result)
		result = change_lock(id);
	if (result)
		return result;
	result = announce_locked(id, targets, target_count);
	change_unlock();
	return result;
}

static int forget_locked(const char *id, struct live_update **forgotten)
{
	struct live_update *update = live_update_find(id);

	if (!update) {
		problem_add("%s: no such update is loaded", id);
		return -ENOENT;
	}
	if (!list_empty(&update->parts) || update->state == LIVE_UPDATE_APPLIED) {
		problem_add("%s: is applied, or a part of it is loaded", id);
		return -EBUSY;
	}
	take_out(update);
	*forgotten = update;
	return 0;
}

int update_life_forget(const char *id)
{
	struct live_update *update;
	int result = change_lock(id);

	if (result)
		return result;
	update_lock();
	result = forget_locked(id, &update);
	update_unlock();
	change_unlock();
	if (!result)
		end_update(update);
	return result;
}

void update_life_exit(void)
{
	struct live_update *update, *next;

	list_for_each_entry_safe (update, next, &live_updates, node) {
		pr_warn("%s: does not wait for its targets any more\n", update->id);
		take_out(update);
		end_update(update);
	}
}
