// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/stack_scan.h"

#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/rethook.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <asm/processor.h>

#include "kmod/kernel/kernel_private.h"

#if defined(CONFIG_KRETPROBES) && !defined(CONFIG_KRETPROBE_ON_RETHOOK)
#error "kretprobes keep return addresses in a list that the stack scan does not read"
#endif

/* Far more than a thread can have. The list of one that runs meanwhile may lead into
 * another's, and such a scan is worth nothing, but it has to end. */
#define KRETPROBE_LIMIT 4096

static int compare_ranges(const void *left, const void *right)
{
	const struct stack_range *a = left;
	const struct stack_range *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

bool stack_scan_sort(struct stack_range *ranges, size_t count)
{
	size_t i;

	sort(ranges, count, sizeof(*ranges), compare_ranges, NULL);
	for (i = 1; i < count; i++)
		if (ranges[i].start < ranges[i - 1].end)
			return false;
	return true;
}

size_t stack_scan_count(const struct stack_scan *scan)
{
	return min(scan->conflict_count, scan->conflict_limit);
}

void stack_scan_clear(struct stack_scan *scan)
{
	size_t count = stack_scan_count(scan);
	size_t i;

	for (i = 0; i < count; i++)
		put_task_struct(scan->conflicts[i].thread);
	scan->conflict_count = 0;
}

static bool is_in_ranges(const struct stack_scan *scan, unsigned long address)
{
	size_t low = 0;
	size_t high = scan->range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address >= scan->ranges[middle].end)
			low = middle + 1;
		else if (address < scan->ranges[middle].start)
			high = middle;
		else
			return true;
	}
	return false;
}

static void add_conflict(struct stack_scan *scan, struct task_struct *thread,
	unsigned long address, enum stack_place place, unsigned int position)
{
	struct stack_conflict *conflict;

	if (scan->conflict_count++ >= scan->conflict_limit)
		return;
	conflict = &scan->conflicts[scan->conflict_count - 1];
	conflict->thread = get_task_struct(thread);
	conflict->address = address;
	conflict->place = place;
	conflict->position = position;
	conflict->cpu = task_cpu(thread);
	strscpy(conflict->comm, thread->comm, sizeof(conflict->comm));
}

static void check_address(struct stack_scan *scan, struct task_struct *thread,
	unsigned long address, enum stack_place place, unsigned int position)
{
	if (is_in_ranges(scan, address))
		add_conflict(scan, thread, address, place, position);
}

static void check_graph(struct stack_scan *scan, struct task_struct *thread)
{
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	int i;

	if (!thread->ret_stack)
		return;
	for (i = 0; i <= thread->curr_ret_stack && i < FTRACE_RETFUNC_DEPTH; i++)
		check_address(
			scan, thread, thread->ret_stack[i].ret, STACK_PLACE_GRAPH, i);
#endif
}

static void check_kretprobes(struct stack_scan *scan, struct task_struct *thread)
{
#ifdef CONFIG_RETHOOK
	struct rethook_node *node;
	unsigned int position = 0;

	llist_for_each_entry(node, READ_ONCE(thread->rethooks.first), llist)
	{
		check_address(
			scan, thread, node->ret_addr, STACK_PLACE_KRETPROBE, position);
		if (++position == KRETPROBE_LIMIT)
			return;
	}
#endif
}

/* Where a system call goes on that was interrupted. Only the thread itself sets it, and
 * it stays when it was used: restart_syscall(2) calls it at any time. */
static void check_restart(struct stack_scan *scan, struct task_struct *thread)
{
	check_address(scan, thread, (unsigned long)READ_ONCE(thread->restart_block.fn),
		STACK_PLACE_RESTART, 0);
}

/*
 * The words of a stack that are in use.
 *
 * A thread of user space has its user registers at the end of its stack. They are data of
 * the user, who could fill them with addresses to keep us from ever applying.
 */
struct stack_words {
	const unsigned long *start;
	const unsigned long *end;
	unsigned long stack_end;
};

static struct stack_words find_words(struct task_struct *thread, unsigned long pointer)
{
	unsigned long start = (unsigned long)task_stack_page(thread);
	unsigned long end = start + THREAD_SIZE;

	if (pointer < start || pointer > end)
		pointer = start;
	return (struct stack_words){
		.start = (void *)ALIGN_DOWN(pointer, sizeof(long)),
		.end = thread->flags & PF_KTHREAD ? (void *)end : task_pt_regs(thread),
		.stack_end = end,
	};
}

/* The first word from there on that is an address in the code; or the end. The machine
 * may stand still meanwhile, and nearly every word ends at the first comparison. */
static const unsigned long *find_word(const struct stack_scan *scan,
	const unsigned long *word, const unsigned long *end)
{
	unsigned long first = scan->ranges[0].start;
	unsigned long size = scan->ranges[scan->range_count - 1].end - first;

	for (; word < end; word++) {
		unsigned long value = READ_ONCE_NOCHECK(*word);

		if (value - first < size && is_in_ranges(scan, value))
			return word;
	}
	return end;
}

static void check_words(
	struct stack_scan *scan, struct task_struct *thread, unsigned long pointer)
{
	struct stack_words words = find_words(thread, pointer);
	const unsigned long *word = find_word(scan, words.start, words.end);

	for (; word < words.end; word = find_word(scan, word + 1, words.end))
		check_address(scan, thread, READ_ONCE_NOCHECK(*word), STACK_PLACE_STACK,
			words.stack_end - (unsigned long)word);
}

static void check_lists(struct stack_scan *scan, struct task_struct *thread)
{
	check_graph(scan, thread);
	check_kretprobes(scan, thread);
	check_restart(scan, thread);
}

void stack_scan_thread(
	struct stack_scan *scan, struct task_struct *thread, unsigned long pointer)
{
	/* A thread that has ended stays listed until it is waited for, without a stack.
	 */
	if (!scan->range_count || !refcount_read(&thread->stack_refcount))
		return;
	check_words(scan, thread, pointer);
	check_lists(scan, thread);
}

#ifdef CONFIG_HAVE_RELIABLE_STACKTRACE
struct frame_walk {
	struct stack_scan *scan;
	struct task_struct *thread;
	unsigned int position;
};

static bool visit_frame(void *cookie, unsigned long address)
{
	struct frame_walk *walk = cookie;

	check_address(
		walk->scan, walk->thread, address, STACK_PLACE_FRAME, walk->position++);
	return true;
}

/* False if the unwinder cannot tell for sure. What it found until then stays. */
static bool check_frames(struct stack_scan *scan, struct task_struct *thread)
{
	struct frame_walk walk = {.scan = scan, .thread = thread};

	return kernel_private.arch_stack_walk_reliable &&
	       !kernel_private.arch_stack_walk_reliable(visit_frame, &walk, thread);
}
#else
static bool check_frames(struct stack_scan *scan, struct task_struct *thread)
{
	return false;
}
#endif

void stack_scan_caller(
	struct stack_scan *scan, struct task_struct *thread, unsigned long pointer)
{
	struct stack_words words;

	if (!scan->range_count)
		return;
	words = find_words(thread, pointer);
	if (find_word(scan, words.start, words.end) < words.end &&
		!check_frames(scan, thread))
		check_words(scan, thread, pointer);
	check_lists(scan, thread);
}
