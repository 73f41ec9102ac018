/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack_scan.h - is this one thread inside this code, or going to return into it?
 *
 * Conservative: every word of the stack that could be an address in the code counts as
 * one. Besides the stack there are addresses that the kernel keeps elsewhere for the
 * thread: the function graph tracer's shadow stack, the list of kretprobes (rethook), and
 * the function that restarts an interrupted system call.
 *
 * What is not a thread's is not looked at: timers, work items, task_work, irq_work, RCU
 * callbacks, tables of operations. They hold the address of a function's first byte. The
 * first byte of a replaced function stays good, because it leads to the jump; the first
 * byte of a new function must not be stored anywhere if the update is to be undone, and
 * ksplice-create marks an update that stores one as irreversible.
 *
 * It takes no lock, allocates and prints nothing, so it can be used while the machine is
 * stopped.
 */
#ifndef KSPLICE_KMOD_STACK_SCAN_H
#define KSPLICE_KMOD_STACK_SCAN_H

#include <linux/sched.h>
#include <linux/types.h>

/* Code that no thread may be in: start <= address < end. */
struct stack_range {
	unsigned long start;
	unsigned long end;
	/* Where the function begins, whose part this is; not behind start. A thread that
	 * was made to run from there has the code as its main loop. */
	unsigned long entry;
};

enum stack_place {
	STACK_PLACE_STACK,     /* position: bytes below the end of the stack */
	STACK_PLACE_FRAME,     /* position: frames above the innermost one */
	STACK_PLACE_GRAPH,     /* position: entry of the graph tracer's shadow stack */
	STACK_PLACE_KRETPROBE, /* position: how many instances are in front of it */
	STACK_PLACE_RESTART,   /* position: 0 */
};

struct stack_conflict {
	struct task_struct *thread; /* with a reference */
	unsigned long address;
	enum stack_place place;
	unsigned int position;
	unsigned int cpu; /* where the thread ran last */
	char comm[TASK_COMM_LEN];
};

struct stack_scan {
	const struct stack_range *ranges; /* sorted, not overlapping; none: no conflict */
	size_t range_count;
	struct stack_conflict *conflicts; /* room for conflict_limit */
	size_t conflict_limit;
	size_t conflict_count; /* found; may be more than the limit */
};

/* Sorts ranges for a scan. False if two of them overlap. */
bool stack_scan_sort(struct stack_range *ranges, size_t count);

/* How many conflicts are in the table. */
size_t stack_scan_count(const struct stack_scan *scan);

/* Forgets the conflicts. Not with the machine stopped: a thread's memory may be freed. */
void stack_scan_clear(struct stack_scan *scan);

/*
 * Adds what is found of one thread to the conflicts. The caller keeps the thread from
 * going away, and its stack (which it may have none of any more: fine).
 *
 * pointer: the lowest word in use; a value outside of the stack stands for "unknown", and
 * then all of it is in use.
 */
void stack_scan_thread(
	struct stack_scan *scan, struct task_struct *thread, unsigned long pointer);

/*
 * The same for the thread that asks for the change, which sleeps meanwhile. Its stack has
 * old words with addresses of the code that it is about to change, in the gaps of its
 * frames, and each attempt would leave the same ones. So where a word is found the
 * unwinder decides: only real return addresses count. If it cannot tell, every word
 * counts.
 */
void stack_scan_caller(
	struct stack_scan *scan, struct task_struct *thread, unsigned long pointer);

#endif
