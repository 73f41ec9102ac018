// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/stack_check.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/nmi.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#include "kmod/kernel/kernel_private.h"

/* Looks at all threads before it is left to the stop: so often in vain is enough. */
#define FULL_LOOK_LIMIT 3
/* Looks at those that ran during the look before; each takes less time. */
#define LOOK_LIMIT 6

/*
 * Is the thread on a CPU? If not, its stack pointer is the saved one, and its stack stays
 * as it is until it runs; then it is watched. The acquire goes with finish_task.
 */
static bool is_running(struct task_struct *thread)
{
#ifdef CONFIG_SMP
	return smp_load_acquire(&thread->on_cpu);
#else
	return thread == current;
#endif
}

/* One that runs is watched when it is switched away. The caller holds a reference or the
 * RCU read lock. */
static void look_at_thread(struct stack_check *check, struct task_struct *thread)
{
	if (is_running(thread) || !try_get_task_stack(thread))
		return;
	stack_scan_thread(&check->scan, thread, READ_ONCE(thread->thread.sp));
	kernel_private.put_task_stack(thread);
}

static void look_at_watched(void *context, struct task_struct *thread)
{
	rcu_read_lock();
	look_at_thread(context, thread);
	rcu_read_unlock();
}

/* Lets others run. False if one of the two has left the list, so that there is no going
 * on from it. */
static bool pause_walk(struct task_struct *process, struct task_struct *thread)
{
	bool is_listed;

	get_task_struct(process);
	get_task_struct(thread);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	is_listed = pid_alive(process) && pid_alive(thread);
	put_task_struct(thread);
	put_task_struct(process);
	return is_listed;
}

/* False if not all could be looked at. */
static bool look_at_list(struct stack_check *check)
{
	struct task_struct *process, *thread;
	unsigned long pause_time = jiffies + HZ / 50;
	bool is_whole = true;

	rcu_read_lock();
	for_each_process_thread (process, thread) {
		look_at_thread(check, thread);
		if (time_before(jiffies, pause_time))
			continue;
		is_whole = pause_walk(process, thread);
		if (!is_whole)
			goto out_unlock;
		pause_time = jiffies + HZ / 50;
	}
out_unlock:
	rcu_read_unlock();
	return is_whole;
}

static void look_at_offline(struct stack_check *check)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu) {
		struct task_struct *idle = kernel_private.idle_task(cpu);

		if (idle && !cpu_online(cpu))
			stack_scan_thread(&check->scan, idle, 0);
	}
}

/*
 * Was somebody in the way, and is so still? Whoever runs by now is left to the stop. If
 * there were more than the table has room for, they are taken to be so still.
 */
static int look_again(struct stack_check *check)
{
	struct stack_scan *scan = &check->scan;
	size_t count = stack_scan_count(scan);
	struct task_struct **threads;
	size_t i, earlier;

	if (scan->conflict_count > count)
		return -EAGAIN;
	threads = kvcalloc(count + 1, sizeof(*threads), GFP_KERNEL);
	if (!threads)
		return -ENOMEM;
	/* The references go with them. */
	for (i = 0; i < count; i++)
		threads[i] = scan->conflicts[i].thread;
	scan->conflict_count = 0;
	for (i = 0; i < count; i++) {
		for (earlier = 0; threads[earlier] != threads[i]; earlier++)
			;
		if (earlier == i)
			look_at_watched(check, threads[i]);
	}
	for (i = 0; i < count; i++)
		put_task_struct(threads[i]);
	kvfree(threads);
	return scan->conflict_count ? -EAGAIN : 0;
}

/* Until hardly anybody has run since. */
static void look_until_quiet(struct stack_check *check)
{
	struct thread_watch *watch = &check->watch;
	/* Of each CPU the thread that it runs, and one that woke it. */
	size_t enough = 2 * num_online_cpus();
	bool is_whole = look_at_list(check);
	unsigned int full_looks = 1;
	unsigned int looks;

	for (looks = 1; looks < LOOK_LIMIT; looks++) {
		thread_watch_turn(watch);
		/* In any case: who has left the list at the end of its exit is only here.
		 */
		thread_watch_visit(watch, WATCH_PERIOD_COMPLETE, look_at_watched, check);
		if (is_whole && !thread_watch_has_lost(watch, WATCH_PERIOD_COMPLETE)) {
			if (thread_watch_count(watch, WATCH_PERIOD_COMPLETE) <= enough)
				return;
		} else if (full_looks++ == FULL_LOOK_LIMIT) {
			check->is_full = true;
			return;
		} else {
			is_whole = look_at_list(check);
		}
	}
	/* The last look may have been cut short. */
	check->is_full = !is_whole;
}

int stack_check_begin(struct stack_check *check)
{
	int result = thread_watch_start(&check->watch);

	check->caller = current;
	check->is_watching = !result;
	if (result == -EOPNOTSUPP) {
		check->is_full = true;
		result = 0;
	}
	if (!result)
		synchronize_rcu_tasks();
	return result;
}

int stack_check_prepare(struct stack_check *check)
{
	int result = 0;

	if (!check->is_full) {
		look_until_quiet(check);
		result = look_again(check);
	}
	if (result)
		return result;
	look_at_offline(check);
	return check->scan.conflict_count ? -EAGAIN : 0;
}

void stack_check_end(struct stack_check *check)
{
	if (check->is_watching)
		thread_watch_stop(&check->watch);
	check->is_watching = false;
}

/* What a look in the stop works with. */
struct stopped_look {
	struct stack_check *check;
	const struct stack_cpu *cpus;
};

static void look_at_stopped(void *context, struct task_struct *thread)
{
	const struct stopped_look *look = context;
	struct stack_check *check = look->check;
	const struct stack_cpu *cpu = &look->cpus[task_cpu(thread)];
	unsigned long pointer =
		cpu->task == thread ? cpu->pointer : READ_ONCE(thread->thread.sp);

	if (thread == check->caller)
		stack_scan_caller(&check->scan, thread, pointer);
	else
		stack_scan_thread(&check->scan, thread, pointer);
}

static void look_at_stopped_list(struct stopped_look *look)
{
	struct task_struct *process, *thread;

	/* For lockdep: the writers of the list cannot run. */
	rcu_read_lock();
	for_each_process_thread (process, thread) {
		look_at_stopped(look, thread);
		touch_nmi_watchdog();
	}
	rcu_read_unlock();
}

/* All stopper threads are in the same calls, that which asks being one of them. */
static void look_at_cpus(struct stopped_look *look)
{
	unsigned int cpu;

	look_at_stopped(look, current);
	for_each_online_cpu(cpu) look_at_stopped(look, kernel_private.idle_task(cpu));
}

int stack_check_run(struct stack_check *check, const struct stack_cpu *cpus)
{
	struct stopped_look look = {.check = check, .cpus = cpus};

	if (check->is_watching)
		thread_watch_visit(
			&check->watch, WATCH_PERIOD_RUNNING, look_at_stopped, &look);
	if (check->is_full || thread_watch_has_lost(&check->watch, WATCH_PERIOD_RUNNING))
		look_at_stopped_list(&look);
	look_at_cpus(&look);
	return check->scan.conflict_count ? -EAGAIN : 0;
}
