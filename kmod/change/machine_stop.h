/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine_stop.h - the moment in which the machine stands still
 *
 * stop_machine brings every CPU into one function with interrupts off. The first CPU
 * checks all stacks; if nobody is in the way it writes the constants and the trampolines,
 * or takes them away: all or nothing. The others wait in that function, and serialise
 * after each step of the writing (sync_core), so that none of them runs stale code
 * afterwards.
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
	struct trampoline *trampolines;
	size_t trampoline_count;
	struct data_patch *data_patches; /* mapped */
	size_t data_patch_count;
	bool is_reversal; /* write the original bytes instead of jumps and new content */
	struct stack_check *check;
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
 * One attempt. 0 if all was written, -EAGAIN if a thread is in the way (request->check
 * says which) and nothing was. *times is set in both cases.
 * The caller holds cpus_read_lock and, taken after it, text_mutex: the order in which
 * jump labels, static calls and kprobes take them. And it is the only one.
 */
int machine_stop_attempt(
	const struct machine_stop_request *request, struct machine_stop_times *times);

#endif
