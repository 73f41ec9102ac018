/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_stop.h - the moment in which the machine stands still
 *
 * stop_machine brings every CPU into one function with interrupts off. The first CPU
 * checks the stacks; if nobody is in the way it writes the constants and the trampolines:
 * all or nothing. What is applied and what is taken away in one stop makes no difference
 * here: each write has the bytes before and those after. The others wait in that
 * function, and serialise after each step of the writing (sync_core), so that none of
 * them runs stale code afterwards.
 *
 * Nothing is printed and no lock is taken meanwhile: what is written may be printk.
 */
#ifndef KSPLICE_KMOD_MACHINE_STOP_H
#define KSPLICE_KMOD_MACHINE_STOP_H

#include <linux/types.h>

struct data_patch;
struct stack_check;
struct trampoline;

struct machine_stop_request {
	const struct trampoline *trampolines;
	size_t trampoline_count;
	const struct data_patch *data_patches;
	size_t data_patch_count;
	struct stack_check *check; /* has begun */
	bool is_trial;             /* do everything but the writing */
	/*
	 * Called by the first CPU with the machine stopped, when nobody is in the way:
	 * may_write before the writing, 0 or an errno, with which nothing is written;
	 * written after it, when every CPU runs the new code. Of a trial only may_write
	 * is called. Neither may sleep, print or take a lock. Each may be NULL.
	 */
	int (*may_write)(void *context);
	void (*written)(void *context);
	void *context;
};

struct machine_stop_times {
	/*
	 * How long the machine stood still: the longest time that a CPU spent in the
	 * function. All enter it at the same moment, and do nothing else meanwhile.
	 */
	u64 pause_ns;
	/*
	 * From the call of stop_machine to the end of that function. Besides the pause
	 * this is the time to wake the stopper threads and bring all CPUs together,
	 * during which one after the other stands still already.
	 */
	u64 total_ns;
};

int machine_stop_init(void);
void machine_stop_exit(void);

/*
 * One attempt. 0 if all was written, or of a trial would have been; -EAGAIN if a thread
 * is in the way (request->check says which), or the errno of may_write: nothing was.
 * *times is set if the machine was stopped, and else unchanged.
 * The caller holds cpus_read_lock and, taken after it, text_mutex: the order in which
 * jump labels, static calls and kprobes take them. And it is the only one. Sleeps.
 */
int machine_stop_attempt(
	const struct machine_stop_request *request, struct machine_stop_times *times);

/*
 * Stops the machine once and does nothing, to compare with: what of an attempt's times is
 * stop_machine's own. With has_looked it first looks at all threads as an attempt does,
 * which leaves the caches and the TLB to others than the stop's code.
 * 0 or -ENOMEM. The caller holds the update lock. Sleeps.
 */
int machine_stop_measure(bool has_looked, struct machine_stop_times *times);

#endif
