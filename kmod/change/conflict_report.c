// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/conflict_report.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "kmod/change/stack_scan.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"

#define FRAME_LIMIT 64
#define STACKS_SIZE (16 * PAGE_SIZE)

static const char *const place_names[] = {
	[STACK_PLACE_STACK] = "stack-",
	[STACK_PLACE_FRAME] = "frame#",
	[STACK_PLACE_GRAPH] = "graph#",
	[STACK_PLACE_KRETPROBE] = "kretprobe#",
	[STACK_PLACE_RESTART] = "restart#",
};

void conflict_report_clear(struct conflict_report *report)
{
	size_t i;

	for (i = 0; i < report->thread_count; i++)
		put_pid(report->threads[i]);
	kvfree(report->conflicts);
	kvfree(report->stacks);
	kvfree(report->signalled);
	*report = (struct conflict_report){};
}

/* Like kallsyms' own %pS, the addresses are for root's eyes: offsets in functions. */
static void describe_conflicts(
	struct conflict_report *report, const struct stack_scan *scan)
{
	size_t count = stack_scan_count(scan);
	size_t size = 0;
	size_t i;

	report->conflicts = kvzalloc(PAGE_SIZE, GFP_KERNEL);
	for (i = 0; report->conflicts && i < count; i++) {
		const struct stack_conflict *conflict = &scan->conflicts[i];

		size += scnprintf(report->conflicts + size, PAGE_SIZE - size,
			"%d\t%*pE\t%s0x%x\t%pS\n", conflict->thread->pid,
			(int)strlen(conflict->comm), conflict->comm,
			place_names[conflict->place], conflict->position,
			(void *)conflict->address);
	}
}

/* A thread's first conflict stands for the thread. */
static bool is_first(const struct stack_scan *scan, const struct stack_conflict *conflict)
{
	const struct stack_conflict *earlier;

	for (earlier = scan->conflicts; earlier < conflict; earlier++)
		if (earlier->thread == conflict->thread)
			return false;
	return true;
}

static const struct stack_range *find_range(
	const struct stack_scan *scan, unsigned long address, bool is_entry)
{
	size_t i;

	for (i = 0; i < scan->range_count; i++) {
		const struct stack_range *range = &scan->ranges[i];

		if (address < range->end &&
			address >= (is_entry ? range->entry : range->start))
			return range;
	}
	return NULL;
}

struct frames {
	unsigned long addresses[FRAME_LIMIT]; /* the innermost first */
	unsigned int count;
};

/*
 * A kernel thread runs one function for as long as it lives. It is the one that was asked
 * for; or, where that jumps to a new one, the frame under those of the kernel's own start
 * code: kthread and ret_from_fork, or the latter alone.
 */
static bool has_main_loop(const struct stack_scan *scan, struct task_struct *thread,
	const struct frames *frames, unsigned long *address)
{
	unsigned long function;
	unsigned int start_code;

	if (!(thread->flags & PF_KTHREAD))
		return false;
	function = (unsigned long)kthread_func(thread);
	start_code = function ? 2 : 1;
	if (function && find_range(scan, function, true)) {
		*address = function;
		return true;
	}
	if (frames->count <= start_code || frames->count == FRAME_LIMIT)
		return false;
	*address = frames->addresses[frames->count - 1 - start_code];
	return find_range(scan, *address, false);
}

static size_t describe_stack(const struct stack_conflict *conflict,
	const struct frames *frames, char *text, size_t size)
{
	size_t used = scnprintf(text, size, "%d\t%*pE\t%u\n", conflict->thread->pid,
		(int)strlen(conflict->comm), conflict->comm, conflict->cpu);
	unsigned int i;

	for (i = 0; i < frames->count; i++)
		used += scnprintf(text + used, size - used, "\t%pS\n",
			(void *)frames->addresses[i]);
	return used;
}

static void add_main_loop(const struct task_struct *thread, unsigned long address)
{
	problem_add(
		"kernel: %ps: the kernel thread %*pE (pid %d) never leaves this function: "
		"the change cannot be made before it ends",
		(void *)address, (int)strnlen(thread->comm, sizeof(thread->comm)),
		thread->comm, thread->pid);
}

int conflict_report_make(struct conflict_report *report, const struct stack_scan *scan)
{
	const struct stack_conflict *conflict = scan->conflicts;
	const struct stack_conflict *end = conflict + stack_scan_count(scan);
	struct frames *frames = kvzalloc(sizeof(*frames), GFP_KERNEL);
	int result = -EAGAIN;

	describe_conflicts(report, scan);
	report->stacks = kvzalloc(STACKS_SIZE, GFP_KERNEL);
	for (; frames && report->stacks && conflict < end; conflict++) {
		unsigned long address;

		if (!is_first(scan, conflict))
			continue;
		if (report->thread_count < CONFLICT_REPORT_LIMIT)
			report->threads[report->thread_count++] =
				get_task_pid(conflict->thread, PIDTYPE_PID);
		frames->count = 0;
		if (kernel_private.stack_trace_save_tsk)
			frames->count = kernel_private.stack_trace_save_tsk(
				conflict->thread, frames->addresses, FRAME_LIMIT, 0);
		report->stacks_size += describe_stack(conflict, frames,
			report->stacks + report->stacks_size,
			STACKS_SIZE - report->stacks_size);
		if (has_main_loop(scan, conflict->thread, frames, &address)) {
			add_main_loop(conflict->thread, address);
			result = -EDEADLK;
		}
	}
	kvfree(frames);
	return result;
}

/* The name of what became of it. */
static const char *wake_thread(struct task_struct *thread)
{
	unsigned int state = READ_ONCE(thread->__state);

	if (state == TASK_RUNNING)
		return "not-asleep";
	if (!(state & TASK_INTERRUPTIBLE))
		return "uninterruptible";
	/* As set_notify_signal does, which modules cannot use. */
	if (!(thread->flags & PF_KTHREAD) &&
		test_and_set_tsk_thread_flag(thread, TIF_NOTIFY_SIGNAL))
		return "woken";
	if (!kernel_private.wake_up_state(thread, TASK_INTERRUPTIBLE))
		kick_process(thread);
	return "woken";
}

static size_t signal_thread(struct pid *pid, char *text, size_t size)
{
	struct task_struct *thread = get_pid_task(pid, PIDTYPE_PID);
	size_t used;

	if (!thread)
		return scnprintf(text, size, "%d\t\tgone\n", pid_nr(pid));
	used = scnprintf(text, size, "%d\t%*pE\t%s\n", thread->pid,
		(int)strnlen(thread->comm, sizeof(thread->comm)), thread->comm,
		wake_thread(thread));
	put_task_struct(thread);
	return used;
}

void conflict_report_signal(struct conflict_report *report)
{
	size_t size = 0;
	size_t i;

	kvfree(report->signalled);
	report->signalled = kvzalloc(PAGE_SIZE, GFP_KERNEL);
	for (i = 0; report->signalled && i < report->thread_count; i++)
		size += signal_thread(
			report->threads[i], report->signalled + size, PAGE_SIZE - size);
}
