/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread_watch.h - which threads have run?
 *
 * From its start on, a watch keeps every thread that a CPU stops running (tracepoint
 * sched_switch), and every new one (task_newtask), each once in a period. Of a thread
 * that is not in it, and does not run now, the stack is what it was at the start.
 *
 * The scheduler's part takes no lock and waits for nobody: each CPU has tables of its
 * own.
 */
#ifndef KSPLICE_KMOD_THREAD_WATCH_H
#define KSPLICE_KMOD_THREAD_WATCH_H

#include <linux/types.h>

struct task_struct;
struct watch_table;

struct thread_watch {
	/* Two of each possible CPU: one for the period that runs, one for that before. */
	struct watch_table *tables;
	unsigned int active; /* 0 or 1 */
};

/*
 * Starts the only watch there is; from its return on nothing is missed. Takes
 * cpus_read_lock and text_mutex inside, and sleeps. -EOPNOTSUPP if this kernel has no
 * tracepoints; -ENOMEM.
 */
int thread_watch_start(struct thread_watch *watch);

/* Ends it; none (all zeros) is fine. Sleeps. */
void thread_watch_stop(struct thread_watch *watch);

/*
 * Begins the next period. From its return on the one before is complete, its threads can
 * be visited until the next turn, and each of them has left the CPU or is in the new
 * period as well. Sleeps.
 */
void thread_watch_turn(struct thread_watch *watch);

enum watch_period {
	WATCH_PERIOD_COMPLETE, /* the one before the last turn */
	WATCH_PERIOD_RUNNING,  /* to be asked only with the machine stopped */
};

/* True if there were more threads than there is room for: anybody may have run. */
bool thread_watch_has_lost(const struct thread_watch *watch, enum watch_period period);

/* How many threads, counted once for each CPU that they ran on. */
size_t thread_watch_count(const struct thread_watch *watch, enum watch_period period);

/* Calls visit for each of them. It has a reference for as long as that lasts. */
void thread_watch_visit(const struct thread_watch *watch, enum watch_period period,
	void (*visit)(void *context, struct task_struct *thread), void *context);

#endif
