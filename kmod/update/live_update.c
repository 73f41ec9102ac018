// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/update/live_update.h"

#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "kmod/change/data_patch.h"
#include "kmod/change/stack_check.h"
#include "kmod/change/trampoline.h"
#include "kmod/compat/module_memory.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/running_kernel.h"
#include "kmod/match/run_pre.h"
#include "kmod/update/update_sysfs.h"

/* As many as fit in a page of text. */
#define CONFLICT_LIMIT 48

/*
 * Protects the list of updates, and of each update the parts that change. Held during a
 * whole attempt, so there is one at a time. The order of locks:
 *
 *     update_mutex ─▶ cpus_read_lock ─▶ text_mutex ─▶ problem_mutex
 *
 * A write to a state file holds that file's kernfs reference while it waits for
 * update_mutex; so sysfs files are made and removed without it.
 */
static DEFINE_MUTEX(update_mutex);
static LIST_HEAD(updates);

void live_update_lock(void)
{
	mutex_lock(&update_mutex);
}

void live_update_unlock(void)
{
	mutex_unlock(&update_mutex);
}

/* The parts of a hunk in which nobody may be when its function is replaced. Whoever is
 * still at or in front of the jump will run the jump; a return address is never the
 * first byte. A part without a jump (.cold) counts from its first byte. */
static struct stack_range find_danger(const struct ksplice_hunk *hunk)
{
	unsigned long address = running_kernel_address(hunk->place.offset);
	bool has_jump = hunk->kind == KSPLICE_HUNK_FUNCTION;

	return (struct stack_range){
		.start = has_jump ? address + hunk->jump + 1 : address,
		.end = address + hunk->size,
	};
}

static const char *const place_names[] = {
	[STACK_PLACE_STACK] = "stack-",
	[STACK_PLACE_GRAPH] = "graph#",
	[STACK_PLACE_KRETPROBE] = "kretprobe#",
};

/* One line each, with tabs between: pid, name, place, function+offset/size. The name may
 * be anything, and is escaped. */
static void describe_conflicts(
	struct live_update *update, const struct stack_check *check)
{
	size_t count = min(check->conflict_count, check->conflict_limit);
	size_t size = 0;
	size_t i;

	update->conflicts[0] = '\0';
	for (i = 0; i < count; i++) {
		const struct stack_conflict *conflict = &check->conflicts[i];

		size += scnprintf(update->conflicts + size, PAGE_SIZE - size,
			"%d\t%*pE\t%s0x%x\t%pS\n", conflict->pid,
			(int)strlen(conflict->comm), conflict->comm,
			place_names[conflict->place], conflict->position,
			(void *)conflict->address);
	}
}

/* What is to be replaced is kept; what is to be put back is still what we wrote. */
static int check_data_patch(
	const struct live_update *update, struct data_patch *patch, bool is_reversal)
{
	const char *target = update_image_target(&update->image, patch->hunk);
	const char *name = update_image_name(&update->image, patch->hunk);

	if (!is_reversal)
		return data_patch_save(patch);
	return data_patch_check(patch, target, name) ? 0 : -EBUSY;
}

/*
 * The memory to be written to is what it must be. Called under text_mutex, so code stays
 * as it is; constants do under update_mutex. Its own frame, because the addresses of new
 * functions that it works with must not be on the stack any more when the stack is
 * checked.
 */
static noinline int check_memory(struct live_update *update, bool is_reversal)
{
	struct trampoline *trampoline = update->trampolines;
	const struct ksplice_hunk *hunk;
	size_t i;
	int result;

	if (!is_reversal) {
		result = run_pre_match(&update->image);
		if (result)
			return result;
	}
	update_image_foreach_hunk(hunk, &update->image) {
		if (hunk->kind != KSPLICE_HUNK_FUNCTION)
			continue;
		result = 0;
		if (!is_reversal)
			result = trampoline_init(trampoline,
				running_kernel_address(hunk->place.offset) + hunk->jump,
				hunk->post);
		else if (!trampoline_check(trampoline,
				 update_image_target(&update->image, hunk),
				 update_image_name(&update->image, hunk), hunk->jump))
			result = -EBUSY;
		if (result)
			return result;
		trampoline++;
	}
	for (i = 0; i < update->data_patch_count; i++) {
		result = check_data_patch(update, &update->data_patches[i], is_reversal);
		if (result)
			return result;
	}
	return 0;
}

static void unmap_constants(struct live_update *update)
{
	size_t i;

	for (i = 0; i < update->data_patch_count; i++)
		data_patch_unmap(&update->data_patches[i]);
}

/* Before any other lock is taken, because it may sleep. */
static int map_constants(struct live_update *update)
{
	int result = 0;
	size_t i;

	for (i = 0; i < update->data_patch_count && !result; i++)
		result = data_patch_map(&update->data_patches[i]);
	if (result)
		unmap_constants(update);
	return result;
}

/*
 * What was called from here before left its frames on the stack. The next calls put
 * theirs over them, but not over every word; an old word with the address of a new
 * function would be found by the stack check, at each attempt again.
 */
static noinline void clear_old_frames(void)
{
	u8 frames[1536];

	memset(frames, 0, sizeof(frames));
	barrier_data(frames);
}

static int attempt_locked(struct live_update *update, bool is_reversal)
{
	struct stack_check check = {
		.ranges = is_reversal ? &update->new_code : update->ranges,
		.range_count = is_reversal ? 1 : update->range_count,
		.conflict_limit = CONFLICT_LIMIT,
	};
	struct machine_stop_request request = {
		.trampolines = update->trampolines,
		.trampoline_count = update->trampoline_count,
		.data_patches = update->data_patches,
		.data_patch_count = update->data_patch_count,
		.is_reversal = is_reversal,
		.check = &check,
	};
	int result;

	check.conflicts = kvcalloc(CONFLICT_LIMIT, sizeof(*check.conflicts), GFP_KERNEL);
	if (!check.conflicts)
		return -ENOMEM;
	result = map_constants(update);
	if (result)
		goto out_free_conflicts;

	cpus_read_lock();
	mutex_lock(kernel_private.text_mutex);
	result = check_memory(update, is_reversal);
	if (!result) {
		clear_old_frames();
		result = machine_stop_attempt(&request, &update->times);
	}
	mutex_unlock(kernel_private.text_mutex);
	cpus_read_unlock();

	unmap_constants(update);
	update->attempts++;
	describe_conflicts(update, &check);
out_free_conflicts:
	kvfree(check.conflicts);
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

	mutex_lock(&update_mutex);
	result = change_locked(update, false);
	mutex_unlock(&update_mutex);
	return result;
}

int live_update_reverse(struct live_update *update)
{
	int result;

	mutex_lock(&update_mutex);
	result = change_locked(update, true);
	mutex_unlock(&update_mutex);
	return result;
}

/* Of an update whose module has done its init, so that what is found is whole. */
static struct live_update *find_id(const char *id)
{
	struct live_update *update;

	list_for_each_entry(update, &updates, node)
		if (!strcmp(update->image.header->id, id) &&
			update->module->state == MODULE_STATE_LIVE)
			return update;
	return NULL;
}

int live_update_change(const char *id, bool is_reversal)
{
	struct live_update *update;
	int result = -ENOENT;

	mutex_lock(&update_mutex);
	update = find_id(id);
	if (update)
		result = change_locked(update, is_reversal);
	else
		problem_add("%s: no such update is loaded", id);
	mutex_unlock(&update_mutex);
	return result;
}

static bool is_overlapping(
	const struct ksplice_hunk *hunk, const struct update_image *other)
{
	const struct ksplice_hunk *theirs;

	update_image_foreach_hunk(theirs, other) {
		if (hunk->place.target == theirs->place.target &&
			hunk->place.offset < theirs->place.offset + theirs->size &&
			theirs->place.offset < hunk->place.offset + hunk->size)
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

	update_image_foreach_hunk(hunk, image) {
		list_for_each_entry(other, &updates, node) {
			if (!is_overlapping(hunk, &other->image))
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

	for (i = 0; update->data_patches && i < update->data_patch_count; i++)
		data_patch_deinit(&update->data_patches[i]);
	kvfree(update->data_patches);
	kfree(update->conflicts);
	kvfree(update->ranges);
	kvfree(update->trampolines);
	kfree(update);
}

static void count_hunks(struct live_update *update)
{
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk(hunk, &update->image) {
		update->trampoline_count += hunk->kind == KSPLICE_HUNK_FUNCTION;
		update->data_patch_count += hunk->kind == KSPLICE_HUNK_DATA;
		update->range_count += hunk->kind != KSPLICE_HUNK_DATA;
	}
}

/* Where nobody may be, and what is to be written. */
static int list_hunks(struct live_update *update)
{
	struct stack_range *range = update->ranges;
	struct data_patch *patch = update->data_patches;
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk(hunk, &update->image) {
		int result;

		if (hunk->kind != KSPLICE_HUNK_DATA) {
			*range++ = find_danger(hunk);
			continue;
		}
		result = data_patch_init(patch++, hunk);
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

static struct live_update *make_update(
	struct module *module, const struct update_image *image)
{
	struct live_update *update = kzalloc(sizeof(*update), GFP_KERNEL);

	if (!update)
		return NULL;
	update->module = module;
	update->image = *image;
	update->state = LIVE_UPDATE_LOADED;
	update->new_code.start = module_text_start(module);
	update->new_code.end = module_text_end(module);
	init_completion(&update->released);
	count_hunks(update);
	update->trampolines =
		allocate_table(update->trampoline_count, sizeof(*update->trampolines));
	update->ranges = allocate_table(update->range_count, sizeof(*update->ranges));
	update->data_patches =
		allocate_table(update->data_patch_count, sizeof(*update->data_patches));
	update->conflicts = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!update->trampolines || !update->ranges || !update->data_patches ||
		!update->conflicts || list_hunks(update)) {
		free_update(update);
		return NULL;
	}
	return update;
}

int live_update_load(struct module *module, const struct update_image *image)
{
	struct live_update *update = make_update(module, image);
	int result = -ENOEXEC;

	if (!update)
		return -ENOMEM;
	if (!stack_check_sort(update->ranges, update->range_count) ||
		!data_patch_sort(update->data_patches, update->data_patch_count)) {
		problem_add("%s: two of its hunks overlap", module->name);
		goto out_free_update;
	}
	mutex_lock(&update_mutex);
	result = check_overlap(update);
	if (!result)
		result = match_memory(image);
	if (!result)
		list_add_tail(&update->node, &updates);
	mutex_unlock(&update_mutex);
	if (result)
		goto out_free_update;
	result = update_sysfs_add(update);
	if (result)
		goto out_unlist;
	return 0;

out_unlist:
	mutex_lock(&update_mutex);
	list_del(&update->node);
	mutex_unlock(&update_mutex);
out_free_update:
	free_update(update);
	return result;
}

static struct live_update *find_update(const struct module *module)
{
	struct live_update *update;

	list_for_each_entry(update, &updates, node)
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

	mutex_lock(&update_mutex);
	update = find_update(module);
	if (update->state == LIVE_UPDATE_APPLIED)
		reverse_forced(update);
	list_del(&update->node);
	mutex_unlock(&update_mutex);
	update_sysfs_remove(update);
	/* For the threads that the stack check cannot see, see stack_check.h. */
	if (update->was_applied)
		synchronize_rcu_tasks();
	free_update(update);
}
