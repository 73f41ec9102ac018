// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/stack_check.h"

#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/llist.h>
#include <linux/nmi.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rethook.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <asm/processor.h>

#include "kmod/kernel/kernel_private.h"

#if defined(CONFIG_KRETPROBES) && !defined(CONFIG_KRETPROBE_ON_RETHOOK)
#error "kretprobes keep return addresses in a list that the stack check does not read"
#endif

static int compare_ranges(const void *left, const void *right)
{
	const struct stack_range *a = left;
	const struct stack_range *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

bool stack_check_sort(struct stack_range *ranges, size_t count)
{
	size_t i;

	sort(ranges, count, sizeof(*ranges), compare_ranges, NULL);
	for (i = 1; i < count; i++)
		if (ranges[i].start < ranges[i - 1].end)
			return false;
	return true;
}

static bool is_in_ranges(const struct stack_check *check, unsigned long address)
{
	size_t low = 0;
	size_t high = check->range_count;

	if (!high)
		return false;
	/* Nearly every word ends here. */
	if (address < check->ranges[0].start || address >= check->ranges[high - 1].end)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (address >= check->ranges[middle].end)
			low = middle + 1;
		else if (address < check->ranges[middle].start)
			high = middle;
		else
			return true;
	}
	return false;
}

static void check_address(struct stack_check *check, const struct task_struct *task,
	unsigned long address, enum stack_place place, unsigned int position)
{
	struct stack_conflict *conflict;

	if (!is_in_ranges(check, address))
		return;
	if (check->conflict_count++ >= check->conflict_limit)
		return;
	conflict = &check->conflicts[check->conflict_count - 1];
	conflict->address = address;
	conflict->place = place;
	conflict->position = position;
	conflict->pid = task->pid;
	strscpy(conflict->comm, task->comm, sizeof(conflict->comm));
}

static void check_graph(struct stack_check *check, const struct task_struct *task)
{
#ifdef CONFIG_FUNCTION_GRAPH_TRACER
	int i;

	if (!task->ret_stack)
		return;
	for (i = 0; i <= task->curr_ret_stack && i < FTRACE_RETFUNC_DEPTH; i++)
		check_address(check, task, task->ret_stack[i].ret, STACK_PLACE_GRAPH, i);
#endif
}

static void check_kretprobes(struct stack_check *check, struct task_struct *task)
{
#ifdef CONFIG_RETHOOK
	struct rethook_node *node;
	unsigned int position = 0;

	llist_for_each_entry(node, task->rethooks.first, llist) check_address(
		check, task, node->ret_addr, STACK_PLACE_KRETPROBE, position++);
#endif
}

/*
 * pointer: the lowest word in use; a value outside of the stack stands for "unknown", and
 * then all of it is in use.
 *
 * A thread of user space has its user registers at the end of its stack. They are data of
 * the user, who could fill them with addresses to keep us from ever applying.
 */
static void check_thread(
	struct stack_check *check, struct task_struct *task, unsigned long pointer)
{
	unsigned long start, end, word;

	/* A thread that has ended stays listed until it is waited for, without a stack.
	 */
	if (!refcount_read(&task->stack_refcount))
		return;
	start = (unsigned long)task_stack_page(task);
	end = task->flags & PF_KTHREAD ? start + THREAD_SIZE
				       : (unsigned long)task_pt_regs(task);
	if (pointer < start || pointer > start + THREAD_SIZE)
		pointer = start;
	for (word = ALIGN_DOWN(pointer, sizeof(long)); word < end; word += sizeof(long))
		check_address(check, task, READ_ONCE_NOCHECK(*(unsigned long *)word),
			STACK_PLACE_STACK, start + THREAD_SIZE - word);
	check_graph(check, task);
	check_kretprobes(check, task);
}

static unsigned long saved_pointer(
	const struct task_struct *task, const struct stack_cpu *cpus, unsigned int cpu)
{
	if (cpus[cpu].task == task)
		return cpus[cpu].pointer;
	return READ_ONCE(task->thread.sp);
}

void stack_check_machine(struct stack_check *check, const struct stack_cpu *cpus)
{
	struct task_struct *process, *thread;
	unsigned int cpu;

	/* For lockdep: the writers of the list cannot run. */
	rcu_read_lock();
	for_each_process_thread(process, thread) {
		check_thread(
			check, thread, saved_pointer(thread, cpus, task_cpu(thread)));
		touch_nmi_watchdog();
	}
	rcu_read_unlock();
	for_each_possible_cpu(cpu) {
		struct task_struct *idle = kernel_private.idle_task(cpu);

		/* An offline CPU sits in its idle task and saved no stack pointer. */
		if (idle)
			check_thread(check, idle,
				cpus[cpu].task ? saved_pointer(idle, cpus, cpu) : 0);
	}
}
