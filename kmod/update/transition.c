// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/transition.h"

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "kmod/change/data_patch.h"
#include "kmod/change/probe_guard.h"
#include "kmod/change/stack_check.h"
#include "kmod/change/trampoline.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/run_pre.h"
#include "kmod/update/live_update.h"
#include "kmod/update/replacement.h"
#include "kmod/update/update_guard.h"
#include "kmod/update/update_lock.h"

/* As many as fit in a page of text. */
#define CONFLICT_LIMIT 48

/* What one attempt needs, made before any other lock is taken. */
struct attempt {
	const struct transition *transition;
	struct trampoline *trampolines;
	size_t trampoline_count;
	struct data_patch *data_patches;
	size_t data_patch_count;
	struct stack_range *ranges; /* where nobody may be */
	size_t range_count;
	struct stack_check check;
};

#define transition_foreach_change(change, transition)                                    \
	for (change = (transition)->changes;                                             \
		change < (transition)->changes + (transition)->change_count; change++)

#define live_update_foreach_replacement(replacement, update)                             \
	for (replacement = (update)->replacements;                                       \
		replacement < (update)->replacements + (update)->replacement_count;      \
		replacement++)

static const char *const place_names[] = {
	[STACK_PLACE_STACK] = "stack-",
	[STACK_PLACE_GRAPH] = "graph#",
	[STACK_PLACE_KRETPROBE] = "kretprobe#",
};

/* The name of a thread may be anything, and is escaped. */
static void describe_conflicts(const struct stack_check *check, char *text)
{
	size_t count = min(check->conflict_count, check->conflict_limit);
	size_t size = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct stack_conflict *conflict = &check->conflicts[i];

		size += scnprintf(text + size, PAGE_SIZE - size,
			"%d\t%*pE\t%s0x%x\t%pS\n", conflict->pid,
			(int)strlen(conflict->comm), conflict->comm,
			place_names[conflict->place], conflict->position,
			(void *)conflict->address);
	}
}

static void free_attempt(struct attempt *attempt)
{
	kvfree(attempt->trampolines);
	kvfree(attempt->data_patches);
	kvfree(attempt->ranges);
	kvfree(attempt->check.conflicts);
}

/* One more than there are, so that none is no failure. */
static void *allocate_table(size_t count, size_t size)
{
	return kvcalloc(count + 1, size, GFP_KERNEL);
}

static int allocate_attempt(struct attempt *attempt)
{
	const struct transition_change *change;
	const struct replacement *replacement;
	size_t trampolines = 0;
	size_t data_patches = 0;
	size_t ranges = 0;

	transition_foreach_change(change, attempt->transition)
	{
		live_update_foreach_replacement(replacement, change->update)
		{
			trampolines += replacement_is_code(replacement);
			data_patches += !replacement_is_code(replacement);
		}
		ranges += change->is_reversal ? 1 : change->update->range_count;
	}
	attempt->trampolines = allocate_table(trampolines, sizeof(*attempt->trampolines));
	attempt->data_patches =
		allocate_table(data_patches, sizeof(*attempt->data_patches));
	attempt->ranges = allocate_table(ranges, sizeof(*attempt->ranges));
	attempt->check.conflict_limit = CONFLICT_LIMIT;
	attempt->check.conflicts =
		allocate_table(CONFLICT_LIMIT, sizeof(*attempt->check.conflicts));
	if (attempt->trampolines && attempt->data_patches && attempt->ranges &&
		attempt->check.conflicts)
		return 0;
	free_attempt(attempt);
	return -ENOMEM;
}

/* Where nobody may be: in old code that is replaced, in new code that is taken away. */
static int list_ranges(struct attempt *attempt)
{
	const struct transition_change *change;

	transition_foreach_change(change, attempt->transition)
	{
		const struct live_update *update = change->update;
		size_t count = change->is_reversal ? 1 : update->range_count;

		memcpy(attempt->ranges + attempt->range_count,
			change->is_reversal ? &update->new_code : update->ranges,
			count * sizeof(*attempt->ranges));
		attempt->range_count += count;
	}
	if (!stack_check_sort(attempt->ranges, attempt->range_count)) {
		problem_add("kernel: two of the updates replace the same code");
		return -EEXIST;
	}
	attempt->check.ranges = attempt->ranges;
	attempt->check.range_count = attempt->range_count;
	return 0;
}

/* The bytes before of what is applied are known when memory has been matched. */
static void list_constants(struct attempt *attempt)
{
	const struct transition_change *change;
	const struct replacement *replacement;

	transition_foreach_change(change, attempt->transition)
	{
		bool is_reversal = change->is_reversal;

		live_update_foreach_replacement(replacement, change->update)
		{
			const u8 *old = replacement->original;
			const u8 *new = replacement->bytes;

			if (replacement_is_code(replacement))
				continue;
			data_patch_init(
				&attempt->data_patches[attempt->data_patch_count++],
				replacement->address, replacement->size,
				is_reversal ? new : old, is_reversal ? old : new);
		}
	}
}

static void unmap_constants(struct attempt *attempt)
{
	size_t i;

	for (i = 0; i < attempt->data_patch_count; i++)
		data_patch_unmap(&attempt->data_patches[i]);
}

static int map_constants(struct attempt *attempt)
{
	int result = 0;
	size_t i;

	list_constants(attempt);
	for (i = 0; i < attempt->data_patch_count && !result; i++)
		result = data_patch_map(&attempt->data_patches[i]);
	if (result)
		unmap_constants(attempt);
	return result;
}

/* What is replaced is what the update was made for, and is kept. */
static int match_update(struct live_update *update)
{
	struct replacement *replacement;
	int result = run_pre_match(&update->image);

	if (result)
		return result;
	live_update_foreach_replacement(replacement, update)
	{
		result = replacement_save(replacement);
		if (result)
			return result;
	}
	return 0;
}

/* What is put back is still what we wrote. */
static bool check_constants(
	const struct transition_change *change, const struct data_patch **patch)
{
	const struct update_image *image = &change->update->image;
	const struct replacement *replacement;

	live_update_foreach_replacement(replacement, change->update)
	{
		const struct ksplice_hunk *hunk = replacement->hunk;

		if (!replacement_is_code(replacement) &&
			!data_patch_check((*patch)++, update_image_target(image, hunk),
				update_image_name(image, hunk)))
			return false;
	}
	return true;
}

static bool list_trampolines(
	const struct transition_change *change, struct trampoline **trampoline)
{
	const struct update_image *image = &change->update->image;
	const struct replacement *replacement;

	live_update_foreach_replacement(replacement, change->update)
	{
		const struct ksplice_hunk *hunk = replacement->hunk;
		const u8 *old = replacement->original;
		const u8 *new = replacement->bytes;

		if (!replacement_is_code(replacement))
			continue;
		trampoline_init(*trampoline, replacement->address,
			change->is_reversal ? new : old, change->is_reversal ? old : new,
			hunk->post);
		if (!trampoline_check((*trampoline)++, update_image_target(image, hunk),
			    update_image_name(image, hunk), hunk->jump))
			return false;
	}
	return true;
}

/*
 * The memory to be written to is what it must be. Called under text_mutex, so code stays
 * as it is; constants do under the update lock. Its own frame, because the addresses of
 * new functions that it works with must not be on the stack any more when the stack is
 * checked.
 */
static noinline int check_memory(struct attempt *attempt)
{
	const struct transition_change *change;
	const struct data_patch *patch = attempt->data_patches;
	struct trampoline *trampoline = attempt->trampolines;
	int result;

	lockdep_assert_held(kernel_private.text_mutex);
	transition_foreach_change(change, attempt->transition)
	{
		if (!change->is_reversal) {
			result = match_update(change->update);
			if (result)
				return result;
		}
		if (!list_trampolines(change, &trampoline) ||
			!check_constants(change, &patch))
			return -EBUSY;
	}
	attempt->trampoline_count = trampoline - attempt->trampolines;
	return 0;
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

static int stop_machine_for(struct attempt *attempt, struct machine_stop_times *times)
{
	struct machine_stop_request request = {
		.trampolines = attempt->trampolines,
		.trampoline_count = attempt->trampoline_count,
		.data_patches = attempt->data_patches,
		.data_patch_count = attempt->data_patch_count,
		.check = &attempt->check,
		.is_trial = attempt->transition->is_trial,
	};

	clear_old_frames();
	return machine_stop_attempt(&request, times);
}

/* Each update is as it was before, or as it was to become. */
static void finish_guards(
	const struct transition *transition, size_t count, bool has_changed)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct transition_change *change = &transition->changes[i];

		update_guard_finish(change->update, change->is_reversal != has_changed);
	}
}

static int prepare_guards(const struct transition *transition)
{
	const struct transition_change *change;

	transition_foreach_change(change, transition)
	{
		int result = update_guard_prepare(change->update, change->is_reversal);

		if (result) {
			finish_guards(transition, change - transition->changes, false);
			return result;
		}
	}
	return 0;
}

static int check_and_write(struct attempt *attempt, struct machine_stop_times *times)
{
	int result;

	cpus_read_lock();
	mutex_lock(kernel_private.text_mutex);
	result = check_memory(attempt);
	if (!result)
		result = stop_machine_for(attempt, times);
	mutex_unlock(kernel_private.text_mutex);
	cpus_read_unlock();
	return result;
}

static int run_attempt(struct attempt *attempt, struct machine_stop_times *times)
{
	const struct transition *transition = attempt->transition;
	int result = list_ranges(attempt);

	if (!result)
		result = map_constants(attempt);
	if (result)
		return result;

	probe_guard_settle();
	probe_guard_lock();
	result = prepare_guards(transition);
	if (!result) {
		result = check_and_write(attempt, times);
		finish_guards(transition, transition->change_count,
			!result && !transition->is_trial);
	}
	probe_guard_unlock();

	unmap_constants(attempt);
	return result;
}

int transition_run(const struct transition *transition, struct transition_report *report)
{
	struct attempt attempt = {.transition = transition};
	int result;

	update_lock_assert_held();
	memset(&report->times, 0, sizeof(report->times));
	report->conflicts[0] = '\0';
	result = allocate_attempt(&attempt);
	if (result)
		return result;
	result = run_attempt(&attempt, &report->times);
	describe_conflicts(&attempt.check, report->conflicts);
	free_attempt(&attempt);
	return result;
}
