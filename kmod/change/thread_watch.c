// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/thread_watch.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "kmod/kernel/kernel_private.h"

/* Threads that one CPU can run in one period. */
#define THREAD_BITS 11
#define THREAD_LIMIT (1u << THREAD_BITS)
#define SLOT_BITS (THREAD_BITS + 1)
#define SLOT_COUNT (1u << SLOT_BITS)

/* Written by its CPU alone, with interrupts off. */
struct watch_table {
	unsigned int count;
	bool has_lost;
	struct task_struct *threads[THREAD_LIMIT]; /* with references */
	/* Open addressing: 0, or one more than an index in threads. Half of it stays
	 * empty, so a search ends. */
	u16 slots[SLOT_COUNT];
};

static_assert(THREAD_LIMIT <= U16_MAX);

#ifdef CONFIG_TRACEPOINTS

static struct watch_table *find_table(
	const struct thread_watch *watch, unsigned int cpu, unsigned int index)
{
	return &watch->tables[2 * cpu + index];
}

static unsigned int find_index(const struct thread_watch *watch, enum watch_period period)
{
	return period == WATCH_PERIOD_RUNNING ? watch->active : !watch->active;
}

/* With interrupts off, and so before this CPU acknowledges the next turn. */
static void add_thread(struct thread_watch *watch, struct task_struct *thread)
{
	struct watch_table *table =
		find_table(watch, smp_processor_id(), READ_ONCE(watch->active));
	unsigned int slot = hash_ptr(thread, SLOT_BITS);

	for (; table->slots[slot]; slot = (slot + 1) % SLOT_COUNT)
		if (table->threads[table->slots[slot] - 1] == thread)
			return;
	if (table->count == THREAD_LIMIT) {
		table->has_lost = true;
		return;
	}
	table->threads[table->count++] = get_task_struct(thread);
	table->slots[slot] = table->count;
}

/* The scheduler holds the run queue's lock, with interrupts off. The idle tasks, whose
 * number is 0, are not in the list of tasks, and are always looked at. */
static void visit_switch(void *data, bool is_preempted, struct task_struct *previous,
	struct task_struct *next, unsigned int state)
{
	if (previous->pid)
		add_thread(data, previous);
}

static void visit_new(void *data, struct task_struct *thread, unsigned long flags)
{
	unsigned long irq_flags;

	local_irq_save(irq_flags);
	add_thread(data, thread);
	local_irq_restore(irq_flags);
}

static void do_nothing(void *data)
{
}

/* The scheduler switches threads with interrupts off, so a CPU that takes an interrupt
 * is in no switch that began before. */
static void wait_for_switches(void)
{
	smp_call_function(do_nothing, NULL, true);
}

int thread_watch_start(struct thread_watch *watch)
{
	struct tracepoint *switch_point = kernel_private.tracepoint_sched_switch;
	struct tracepoint *new_point = kernel_private.tracepoint_task_newtask;
	int result;

	if (!switch_point || !new_point)
		return -EOPNOTSUPP;
	watch->active = 0;
	watch->tables = kvcalloc(2 * nr_cpu_ids, sizeof(*watch->tables), GFP_KERNEL);
	if (!watch->tables)
		return -ENOMEM;
	result = tracepoint_probe_register(switch_point, visit_switch, watch);
	if (result)
		goto out_free_tables;
	result = tracepoint_probe_register(new_point, visit_new, watch);
	if (result)
		goto out_unregister;
	wait_for_switches();
	return 0;

out_unregister:
	tracepoint_probe_unregister(switch_point, visit_switch, watch);
	tracepoint_synchronize_unregister();
out_free_tables:
	kvfree(watch->tables);
	watch->tables = NULL;
	return result;
}

/* Keeps the memory of the tables: only what was used is cleared. */
static void clear_table(struct watch_table *table)
{
	unsigned int i;

	for (i = 0; i < table->count; i++)
		put_task_struct(table->threads[i]);
	if (table->count)
		memset(table->slots, 0, sizeof(table->slots));
	table->count = 0;
	table->has_lost = false;
}

static void clear_tables(const struct thread_watch *watch, unsigned int index)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu)
		clear_table(find_table(watch, cpu, index));
}

void thread_watch_stop(struct thread_watch *watch)
{
	if (!watch->tables)
		return;
	tracepoint_probe_unregister(
		kernel_private.tracepoint_task_newtask, visit_new, watch);
	tracepoint_probe_unregister(
		kernel_private.tracepoint_sched_switch, visit_switch, watch);
	tracepoint_synchronize_unregister();
	clear_tables(watch, 0);
	clear_tables(watch, 1);
	kvfree(watch->tables);
	watch->tables = NULL;
}

void thread_watch_turn(struct thread_watch *watch)
{
	unsigned int next = !watch->active;

	clear_tables(watch, next);
	/* Publishes the clearing together with the index; add_thread depends on it. */
	smp_store_release(&watch->active, next);
	wait_for_switches();
}

bool thread_watch_has_lost(const struct thread_watch *watch, enum watch_period period)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu) {
		if (find_table(watch, cpu, find_index(watch, period))->has_lost)
			return true;
	}
	return false;
}

size_t thread_watch_count(const struct thread_watch *watch, enum watch_period period)
{
	size_t count = 0;
	unsigned int cpu;

	for_each_possible_cpu (cpu)
		count += find_table(watch, cpu, find_index(watch, period))->count;
	return count;
}

void thread_watch_visit(const struct thread_watch *watch, enum watch_period period,
	void (*visit)(void *context, struct task_struct *thread), void *context)
{
	unsigned int cpu, i;

	for_each_possible_cpu (cpu) {
		const struct watch_table *table =
			find_table(watch, cpu, find_index(watch, period));

		for (i = 0; i < table->count; i++)
			visit(context, table->threads[i]);
	}
}

#else /* CONFIG_TRACEPOINTS */

int thread_watch_start(struct thread_watch *watch)
{
	return -EOPNOTSUPP;
}

void thread_watch_stop(struct thread_watch *watch)
{
}

void thread_watch_turn(struct thread_watch *watch)
{
}

bool thread_watch_has_lost(const struct thread_watch *watch, enum watch_period period)
{
	return true;
}

size_t thread_watch_count(const struct thread_watch *watch, enum watch_period period)
{
	return 0;
}

void thread_watch_visit(const struct thread_watch *watch, enum watch_period period,
	void (*visit)(void *context, struct task_struct *thread), void *context)
{
}

#endif
