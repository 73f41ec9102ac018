/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack_check.h - is any thread inside this code, or going to return into it?
 *
 * Conservative: every word of a stack that could be an address in the code counts as
 * one. Besides the stacks there are return addresses that tracers keep elsewhere: the
 * function graph tracer's shadow stack, and kretprobes' (rethook) list.
 *
 * To be called while the machine is stopped, with interrupts off: then no thread runs,
 * none is created and none goes away. It allocates and prints nothing.
 *
 * What it does not see: a thread that is so far in its exit that it has left the list
 * of tasks and was preempted there. Before an update's code is freed,
 * synchronize_rcu_tasks waits for those.
 */
#ifndef KSPLICE_KMOD_STACK_CHECK_H
#define KSPLICE_KMOD_STACK_CHECK_H

#include <linux/sched.h>
#include <linux/types.h>

/* Code that nobody may be in: start <= address < end. */
struct stack_range {
	unsigned long start;
	unsigned long end;
};

enum stack_place {
	STACK_PLACE_STACK,     /* position: bytes below the end of the stack */
	STACK_PLACE_GRAPH,     /* position: entry of the graph tracer's shadow stack */
	STACK_PLACE_KRETPROBE, /* position: how many instances are in front of it */
};

struct stack_conflict {
	unsigned long address;
	enum stack_place place;
	unsigned int position;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/* What a CPU does while the machine is stopped. */
struct stack_cpu {
	struct task_struct *task; /* NULL: the CPU is offline */
	unsigned long pointer;    /* all that is above it on its stack is in use */
};

struct stack_check {
	const struct stack_range *ranges; /* sorted, not overlapping; none: nobody is */
	size_t range_count;
	struct stack_conflict *conflicts; /* room for conflict_limit */
	size_t conflict_limit;
	size_t conflict_count; /* found; may be more than the limit */
};

/* Sorts ranges for a check. False if two of them overlap. */
bool stack_check_sort(struct stack_range *ranges, size_t count);

/* Checks every thread, and the idle task of every possible CPU. cpus: [nr_cpu_ids]. */
void stack_check_machine(struct stack_check *check, const struct stack_cpu *cpus);

#endif
