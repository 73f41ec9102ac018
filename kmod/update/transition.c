// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/transition.h"

#include <linux/cpu.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "kmod/change/conflict_report.h"
#include "kmod/change/data_patch.h"
#include "kmod/change/memory_window.h"
#include "kmod/change/probe_guard.h"
#include "kmod/change/stack_check.h"
#include "kmod/change/text_event.h"
#include "kmod/change/trampoline.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/run_pre.h"
#include "kmod/update/replaced_code.h"
#include "kmod/update/update_guard.h"
#include "kmod/update/update_hooks.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_parents.h"
#include "kmod/update/update_part.h"

/* What one attempt needs, made before any other lock is taken. */
struct attempt {
	const struct transition *transition;
	struct list_head codes; /* the records that it touches */
	struct trampoline *trampolines;
	size_t trampoline_count;
	struct data_patch *data_patches;
	size_t data_patch_count;
	struct stack_range *ranges; /* where nobody may be */
	size_t range_count;
	struct memory_window window; /* on all that is written */
	struct stack_check check;
	struct update_hooks *hooks; /* their part in the stop */
};

static void free_attempt(struct attempt *attempt)
{
	kvfree(attempt->trampolines);
	kvfree(attempt->data_patches);
	kvfree(attempt->ranges);
	kvfree(attempt->check.scan.conflicts);
}

/* One more than there are, so that none is no failure. */
static void *allocate_table(size_t count, size_t size)
{
	return kvcalloc(count + 1, size, GFP_KERNEL);
}

static bool is_jump(const struct replaced_code *code)
{
	return code->kind == KSPLICE_HUNK_FUNCTION;
}

static int touch_code(
	struct attempt *attempt, struct replacement *replacement, bool is_reversal)
{
	struct replaced_code *code = replacement->code;

	if (list_empty(&code->touched))
		list_add_tail(&code->touched, &attempt->codes);
	if (is_reversal)
		return 0;
	if (code->entering) {
		problem_add("%s: %s: two of the updates replace it",
			replacement_target(replacement), replacement_name(replacement));
		return -EEXIST;
	}
	code->entering = replacement;
	return 0;
}

/* Tells parts and records what is to become of them. */
static int mark_changes(struct attempt *attempt)
{
	const struct transition_change *change;
	struct replacement *replacement;

	transition_foreach_change (change, attempt->transition) {
		change->part->fate = change->is_reversal ? PART_LEAVES : PART_ENTERS;
		update_part_foreach_replacement (replacement, change->part) {
			int result =
				touch_code(attempt, replacement, change->is_reversal);

			if (result)
				return result;
		}
	}
	return update_parents_check(attempt->transition, &attempt->codes);
}

static void unmark_changes(struct attempt *attempt)
{
	const struct transition_change *change;
	struct replaced_code *code, *next;

	list_for_each_entry_safe (code, next, &attempt->codes, touched)
		replaced_code_end(code);
	transition_foreach_change (change, attempt->transition)
		change->part->fate = PART_STAYS;
}

static int allocate_attempt(struct attempt *attempt)
{
	const struct transition_change *change;
	const struct replaced_code *code;
	struct stack_scan *scan = &attempt->check.scan;
	size_t trampolines = 0;
	size_t data_patches = 0;
	size_t ranges = 0;

	/* Of each piece of code: itself, and the code that is in force for it. */
	list_for_each_entry (code, &attempt->codes, touched) {
		trampolines += is_jump(code);
		data_patches += code->kind == KSPLICE_HUNK_DATA;
		ranges += 2;
	}
	transition_foreach_change (change, attempt->transition)
		ranges += change->is_reversal;
	attempt->trampolines = allocate_table(trampolines, sizeof(*attempt->trampolines));
	attempt->data_patches =
		allocate_table(data_patches, sizeof(*attempt->data_patches));
	attempt->ranges = allocate_table(ranges, sizeof(*attempt->ranges));
	scan->conflict_limit = CONFLICT_REPORT_LIMIT;
	scan->conflicts = allocate_table(CONFLICT_REPORT_LIMIT, sizeof(*scan->conflicts));
	return attempt->trampolines && attempt->data_patches && attempt->ranges &&
			       scan->conflicts
		       ? 0
		       : -ENOMEM;
}

static void watch_range(struct attempt *attempt, struct stack_range range)
{
	attempt->ranges[attempt->range_count++] = range;
}

/*
 * Sorted, and not overlapping: the new code of an update may be listed for several of its
 * functions, and contain one that is replaced again.
 */
static void merge_ranges(struct attempt *attempt)
{
	struct stack_range *last = attempt->ranges;
	size_t i;

	stack_scan_sort(attempt->ranges, attempt->range_count);
	for (i = 1; i < attempt->range_count; i++) {
		const struct stack_range *range = &attempt->ranges[i];

		if (range->start < last->end)
			last->end = max(last->end, range->end);
		else
			*++last = *range;
	}
	if (attempt->range_count)
		attempt->range_count = last - attempt->ranges + 1;
}

/*
 * Where nobody may be: in code that is replaced, be it the original or, where that is
 * replaced already, the code of the update that is in force; and in new code that is
 * taken away. How far a function reaches in an update is not known, so that is all its
 * code.
 */
static void list_ranges(struct attempt *attempt)
{
	const struct transition_change *change;
	const struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched) {
		const struct replacement *staying = replaced_code_staying(code);

		if (!code->entering || code->kind == KSPLICE_HUNK_DATA)
			continue;
		watch_range(attempt, replaced_code_danger(code));
		if (staying)
			watch_range(attempt, staying->part->new_code);
	}
	transition_foreach_change (change, attempt->transition) {
		if (change->is_reversal)
			watch_range(attempt, change->part->new_code);
	}
	merge_ranges(attempt);
	attempt->check.scan.ranges = attempt->ranges;
	attempt->check.scan.range_count = attempt->range_count;
}

/* The bytes before are known when memory has been matched; where they are is now. */
static void list_constants(struct attempt *attempt)
{
	const struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched) {
		if (code->kind != KSPLICE_HUNK_DATA)
			continue;
		data_patch_init(&attempt->data_patches[attempt->data_patch_count++],
			code->address, code->size, replaced_code_before(code),
			replaced_code_after(code), &attempt->window);
	}
}

/* Before any other lock is taken, because it may sleep. */
static int open_window(struct attempt *attempt)
{
	const struct replaced_code *code;
	struct memory_span *spans;
	size_t count = 0;
	int result;

	list_for_each_entry (code, &attempt->codes, touched)
		count += code->write_size != 0;
	spans = allocate_table(count, sizeof(*spans));
	if (!spans)
		return -ENOMEM;
	count = 0;
	list_for_each_entry (code, &attempt->codes, touched) {
		if (code->write_size)
			spans[count++] = (struct memory_span){
				.address = code->address + code->write_offset,
				.size = code->write_size,
			};
	}
	result = memory_window_open(&attempt->window, spans, count);
	kvfree(spans);
	return result;
}

/* Who is named when something is wrong with a record. */
static const struct replacement *find_speaker(const struct replaced_code *code)
{
	return code->entering ? code->entering : replaced_code_newest(code);
}

/* Memory has what the newest update wrote, or what was matched. */
static bool check_constants(const struct attempt *attempt)
{
	const struct data_patch *patch = attempt->data_patches;
	const struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched) {
		const struct replacement *speaker = find_speaker(code);

		if (code->kind == KSPLICE_HUNK_DATA &&
			!data_patch_check(patch++, replacement_target(speaker),
				replacement_name(speaker)))
			return false;
	}
	return true;
}

static bool list_trampolines(struct attempt *attempt)
{
	const struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched) {
		const struct replacement *speaker = find_speaker(code);
		struct trampoline *trampoline;

		if (!is_jump(code))
			continue;
		trampoline = &attempt->trampolines[attempt->trampoline_count++];
		trampoline_init(trampoline, code->address + code->write_offset,
			replaced_code_before(code), replaced_code_after(code),
			speaker->hunk->post, &attempt->window);
		if (!trampoline_check(trampoline, replacement_target(speaker),
			    replacement_name(speaker), code->write_offset))
			return false;
	}
	return true;
}

static int match_updates(const struct attempt *attempt)
{
	const struct transition_change *change;
	struct replaced_code *code;
	int result = 0;

	transition_foreach_change (change, attempt->transition) {
		if (!change->is_reversal)
			result = run_pre_match(
				&change->part->image, replaced_code_restore, false);
		if (result)
			return result;
	}
	list_for_each_entry (code, &attempt->codes, touched) {
		result = replaced_code_save(code);
		if (result)
			return result;
	}
	return 0;
}

/*
 * The memory to be written to is what it must be. Called under text_mutex, so code stays
 * as it is; constants do under the update lock.
 */
static int check_memory(struct attempt *attempt)
{
	int result;

	lockdep_assert_held(kernel_private.text_mutex);
	result = match_updates(attempt);
	if (result)
		return result;
	return list_trampolines(attempt) && check_constants(attempt) ? 0 : -EBUSY;
}

static int may_write(void *context)
{
	return update_hooks_check(context);
}

static void change_hooks(void *context)
{
	update_hooks_change(context);
}

/* The stop waits for all CPUs once more if one is to be called. */
static bool has_hooks(const struct transition *transition)
{
	const struct transition_change *change;

	transition_foreach_change (change, transition) {
		if (change->part->image.header->hook_count)
			return true;
	}
	return false;
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
		.may_write = may_write,
		.written = has_hooks(attempt->transition) ? change_hooks : NULL,
		.context = attempt->hooks,
	};

	return machine_stop_attempt(&request, times);
}

/* For perf, whose records of executed code need it. */
static void report_text(const struct attempt *attempt)
{
	size_t i;

	for (i = 0; i < attempt->trampoline_count; i++) {
		const struct trampoline *trampoline = &attempt->trampolines[i];

		text_event_report(trampoline->address, trampoline->before,
			trampoline->after, TRAMPOLINE_SIZE);
	}
}

static int change_memory(struct attempt *attempt, struct machine_stop_times *times)
{
	int result;

	cpus_read_lock();
	mutex_lock(kernel_private.text_mutex);
	result = check_memory(attempt);
	if (!result)
		result = stop_machine_for(attempt, times);
	if (!result && !attempt->transition->is_trial)
		report_text(attempt);
	mutex_unlock(kernel_private.text_mutex);
	cpus_read_unlock();
	return result;
}

static void commit_changes(struct attempt *attempt)
{
	const struct transition_change *change;
	struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched)
		replaced_code_commit(code);
	transition_foreach_change (change, attempt->transition) {
		change->part->is_applied = !change->is_reversal;
		change->part->was_applied = true;
	}
}

static int prepare_guards(struct attempt *attempt)
{
	struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched) {
		int result = update_guard_prepare(code);

		if (result)
			return result;
	}
	return probe_guard_clear_detours(attempt->ranges, attempt->range_count);
}

static void finish_guards(struct attempt *attempt)
{
	struct replaced_code *code;

	list_for_each_entry (code, &attempt->codes, touched)
		update_guard_finish(code);
}

/* No kprobe comes or goes meanwhile. */
static int change_guarded(struct attempt *attempt, struct machine_stop_times *times)
{
	int result;

	probe_guard_settle();
	probe_guard_lock();
	result = prepare_guards(attempt);
	if (!result)
		result = change_memory(attempt, times);
	if (!result && !attempt->transition->is_trial)
		commit_changes(attempt);
	finish_guards(attempt);
	probe_guard_unlock();
	return result;
}

static int change_watched(struct attempt *attempt, struct machine_stop_times *times)
{
	int result = stack_check_begin(&attempt->check);

	if (result)
		return result;
	result = change_guarded(attempt, times);
	stack_check_end(&attempt->check);
	return result;
}

static int run_attempt(struct attempt *attempt, struct transition_report *report)
{
	struct stack_scan *scan = &attempt->check.scan;
	int result;

	attempt->check.is_full = attempt->transition->is_full_scan;
	list_ranges(attempt);
	result = open_window(attempt);
	if (result)
		return result;
	list_constants(attempt);
	result = change_watched(attempt, &report->times);
	memory_window_close(&attempt->window);
	if (result == -EAGAIN && scan->conflict_count)
		result = conflict_report_make(report->conflicts, scan);
	stack_scan_clear(scan);
	return result;
}

int transition_check(const struct transition *transition)
{
	struct attempt attempt = {.transition = transition};
	int result;

	update_lock_assert_held();
	INIT_LIST_HEAD(&attempt.codes);
	result = mark_changes(&attempt);
	unmark_changes(&attempt);
	return result;
}

int transition_run(const struct transition *transition, struct update_hooks *hooks,
	struct transition_report *report)
{
	struct attempt attempt = {.transition = transition, .hooks = hooks};
	int result;

	update_lock_assert_held();
	INIT_LIST_HEAD(&attempt.codes);
	result = mark_changes(&attempt);
	if (!result)
		result = allocate_attempt(&attempt);
	if (!result)
		result = run_attempt(&attempt, report);
	free_attempt(&attempt);
	unmark_changes(&attempt);
	return result;
}
