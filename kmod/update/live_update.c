// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/update/live_update.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "kmod/change/stack_check.h"
#include "kmod/compat/module_memory.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/run_pre.h"
#include "kmod/update/replacement.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_sysfs.h"

static LIST_HEAD(updates);

/* The parts of a hunk in which nobody may be when its function is replaced. Whoever is
 * still at or in front of the jump will run the jump; a return address is never the
 * first byte. A part without a jump (.cold) counts from its first byte. */
static struct stack_range find_danger(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	unsigned long address = update_image_address(image, hunk);
	bool has_jump = hunk->kind == KSPLICE_HUNK_FUNCTION;

	return (struct stack_range){
		.start = has_jump ? address + hunk->jump + 1 : address,
		.end = address + hunk->size,
	};
}

/* One attempt for one update, and what it leaves for sysfs. */
static int attempt_locked(struct live_update *update, bool is_reversal)
{
	const struct transition_change change = {update, is_reversal};
	const struct transition transition = {.changes = &change, .change_count = 1};
	struct transition_report report = {.conflicts = update->conflicts};
	int result = transition_run(&transition, &report);

	update->times = report.times;
	update->attempts++;
	return result;
}

static int apply_locked(struct live_update *update)
{
	int result;

	if (update->state == LIVE_UPDATE_APPLIED)
		return -EALREADY;
	/* What is applied must not be unloaded. */
	if (!try_module_get(update->module))
		return -ENODEV;
	result = attempt_locked(update, false);
	if (result) {
		module_put(update->module);
		return result;
	}
	update->state = LIVE_UPDATE_APPLIED;
	update->was_applied = true;
	pr_info("Update %s applied successfully\n", update->image.header->id);
	return 0;
}

static int reverse_locked(struct live_update *update)
{
	int result;

	if (update->state != LIVE_UPDATE_APPLIED)
		return -EALREADY;
	result = attempt_locked(update, true);
	if (result)
		return result;
	update->state = LIVE_UPDATE_REVERSED;
	pr_info("Update %s reversed successfully\n", update->image.header->id);
	return 0;
}

static int change_locked(struct live_update *update, bool is_reversal)
{
	int result;

	if (!is_reversal)
		return apply_locked(update);
	if (update->image.header->flags & KSPLICE_UPDATE_IRREVERSIBLE) {
		problem_add(
			"%s: cannot be reversed: addresses of its new functions may be "
			"stored where nobody can find them",
			update->image.header->id);
		return -EPERM;
	}
	result = reverse_locked(update);
	if (!result)
		module_put(update->module);
	return result;
}

int live_update_apply(struct live_update *update)
{
	int result;

	update_lock();
	result = change_locked(update, false);
	update_unlock();
	return result;
}

int live_update_reverse(struct live_update *update)
{
	int result;

	update_lock();
	result = change_locked(update, true);
	update_unlock();
	return result;
}

/* Of an update whose module has done its init, so that what is found is whole. */
static struct live_update *find_id(const char *id)
{
	struct live_update *update;

	list_for_each_entry (update, &updates, node)
		if (!strcmp(update->image.header->id, id) &&
			update->module->state == MODULE_STATE_LIVE)
			return update;
	return NULL;
}

int live_update_change(const char *id, bool is_reversal)
{
	struct live_update *update;
	int result = -ENOENT;

	update_lock();
	update = find_id(id);
	if (update)
		result = change_locked(update, is_reversal);
	else
		problem_add("%s: no such update is loaded", id);
	update_unlock();
	return result;
}

static bool is_overlapping(
	unsigned long address, u32 size, const struct update_image *other)
{
	const struct ksplice_hunk *theirs;

	update_image_foreach_hunk (theirs, other) {
		unsigned long start = update_image_address(other, theirs);

		if (address < start + theirs->size && start < address + size)
			return true;
	}
	return false;
}

/* What one update replaces, no other may. */
static int check_overlap(const struct live_update *update)
{
	const struct update_image *image = &update->image;
	const struct live_update *other;
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk (hunk, image) {
		list_for_each_entry (other, &updates, node) {
			if (!is_overlapping(update_image_address(image, hunk), hunk->size,
				    &other->image))
				continue;
			problem_add(
				"%s: %s: update %s already replaces it; undo that one "
				"first",
				update_image_target(image, hunk),
				update_image_name(image, hunk), other->image.header->id);
			return -EEXIST;
		}
	}
	return 0;
}

static int match_memory(const struct update_image *image)
{
	int result;

	mutex_lock(kernel_private.text_mutex);
	result = run_pre_match(image);
	mutex_unlock(kernel_private.text_mutex);
	return result;
}

static void free_update(struct live_update *update)
{
	size_t i;

	for (i = 0; update->replacements && i < update->replacement_count; i++)
		replacement_deinit(&update->replacements[i]);
	kvfree(update->replacements);
	kfree(update->conflicts);
	kvfree(update->ranges);
	kfree(update);
}

static void count_hunks(struct live_update *update)
{
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk (hunk, &update->image) {
		update->replacement_count += hunk->kind != KSPLICE_HUNK_PART;
		update->range_count += hunk->kind != KSPLICE_HUNK_DATA;
	}
}

/* Where nobody may be, and what is to be written. */
static int list_hunks(struct live_update *update)
{
	struct stack_range *range = update->ranges;
	struct replacement *replacement = update->replacements;
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk (hunk, &update->image) {
		int result = 0;

		if (hunk->kind != KSPLICE_HUNK_DATA)
			*range++ = find_danger(&update->image, hunk);
		if (hunk->kind != KSPLICE_HUNK_PART)
			result = replacement_init(replacement++, &update->image, hunk);
		if (result)
			return result;
	}
	return 0;
}

/* One more than there are, so that none is no failure. */
static void *allocate_table(size_t count, size_t size)
{
	return kvcalloc(count + 1, size, GFP_KERNEL);
}

static int make_update(struct module *module, const struct update_image *image,
	struct live_update **made)
{
	struct live_update *update = kzalloc(sizeof(*update), GFP_KERNEL);
	int result = -ENOMEM;

	if (!update)
		return result;
	update->module = module;
	update->image = *image;
	update->state = LIVE_UPDATE_LOADED;
	update->new_code.start = module_text_start(module);
	update->new_code.end = module_text_end(module);
	init_completion(&update->released);
	count_hunks(update);
	update->replacements =
		allocate_table(update->replacement_count, sizeof(*update->replacements));
	update->ranges = allocate_table(update->range_count, sizeof(*update->ranges));
	update->conflicts = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (update->replacements && update->ranges && update->conflicts)
		result = list_hunks(update);
	if (result) {
		free_update(update);
		return result;
	}
	*made = update;
	return 0;
}

int live_update_load(struct module *module, const struct update_image *image)
{
	struct live_update *update;
	int result = make_update(module, image, &update);

	if (result)
		return result;
	update_lock();
	result = check_overlap(update);
	if (!result)
		result = match_memory(image);
	if (!result)
		list_add_tail(&update->node, &updates);
	update_unlock();
	if (result)
		goto out_free_update;
	result = update_sysfs_add(update);
	if (result)
		goto out_unlist;
	update_image_release(&update->image);
	return 0;

out_unlist:
	update_lock();
	list_del(&update->node);
	update_unlock();
out_free_update:
	free_update(update);
	return result;
}

static struct live_update *find_update(const struct module *module)
{
	struct live_update *update;

	list_for_each_entry (update, &updates, node)
		if (update->module == module)
			return update;
	return NULL;
}

/*
 * The reference that an applied update holds on its module keeps rmmod away, except for
 * a forced one. There is no way to refuse that, and freeing the code would crash the
 * machine: so it waits until the update is reversed.
 */
static void reverse_forced(struct live_update *update)
{
	pr_crit("Update %s is unloaded by force while it is applied: reversing it\n",
		update->image.header->id);
	while (reverse_locked(update))
		msleep(100);
}

void live_update_unload(struct module *module)
{
	struct live_update *update;

	update_lock();
	update = find_update(module);
	if (update->state == LIVE_UPDATE_APPLIED)
		reverse_forced(update);
	list_del(&update->node);
	update_unlock();
	update_sysfs_remove(update);
	/* For the threads that the stack check cannot see, see stack_check.h. */
	if (update->was_applied)
		synchronize_rcu_tasks();
	update_image_deinit(&update->image);
	free_update(update);
}
