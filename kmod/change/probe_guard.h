/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * probe_guard.h - kprobes and replaced code keep out of each other's bytes
 *
 * A kprobe writes a breakpoint over the first byte of an instruction, or five bytes if it
 * is optimised, whenever it is enabled; and it keeps a copy of the instructions that were
 * there when it was registered. So a kprobe on the bytes of a jump that we write breaks
 * the jump when it is enabled, or brings back the wrong instruction when the jump is
 * gone. Before the jump is written there must be none, enabled or not; and while it is
 * written there must come none.
 *
 *     old function   entry: call __fentry__      kprobes here use ftrace: always welcome
 *                    ┌ jump to the new code      no kprobe before, none while applied
 *                    └ ...
 *                    the rest                    disabled kprobes may stay; no new ones
 *
 * The rest is no longer run. A kprobe that is enabled there would no longer fire, so it
 * must be disabled or removed before. A new one is refused while the update is applied:
 * it would not fire, and the kernel finds the borders between instructions by decoding
 * the function from its start, through our jump, and so would take a wrong place for a
 * border. A disabled one that was there before knows its instruction from before: it may
 * be enabled, does nothing while the update is applied, and fires again afterwards.
 *
 * A function without an fentry call has its jump at the first byte, so then the entry is
 * reserved too.
 *
 * The kernel's own list of what may not be probed (kprobe_blacklist) keeps new ones off:
 * register_kprobe gives EINVAL, and /sys/kernel/debug/kprobes/blacklist shows the range.
 * A thread that is in register_kprobe, past the look at that list and waiting for
 * kprobe_mutex when we add to it, still gets in. What it can do is harmless while the
 * update is applied: a border in the middle of the jump does not exist, and the jump
 * itself is an instruction as good as any. probe_guard_check finds it before the jump is
 * taken away, and refuses that.
 *
 * All but probe_guard_settle is called between probe_guard_lock and probe_guard_unlock,
 * which hold kprobe_mutex: no kprobe is registered, enabled, optimised or removed
 * meanwhile. Without CONFIG_KPROBES there is nothing to do, and nothing is done.
 */
#ifndef KSPLICE_KMOD_PROBE_GUARD_H
#define KSPLICE_KMOD_PROBE_GUARD_H

#include <linux/types.h>

struct probe_guard; /* of one function, or of a part of one */
struct stack_range;

/* The addresses of a function and of what is written into it. The strings must live as
 * long as the guard. */
struct probe_guard_place {
	unsigned long start;
	unsigned long jump; /* the first byte that is written */
	size_t jump_size;   /* 0: a part of a function, in which nothing is written */
	unsigned long end;
	const char *object; /* target and function, for messages */
	const char *name;
};

/* Waits until the kernel has put back the code of optimised kprobes that were removed.
 * Without any lock. May sleep. */
void probe_guard_settle(void);

/*
 * The lock comes before cpus_read_lock and text_mutex, as everywhere in the kernel.
 */
void probe_guard_lock(void);
void probe_guard_unlock(void);

/*
 * Reserves a place before its jump is written. -EBUSY with the reason as a problem if a
 * kprobe is in the way. *guard is the caller's, to be ended with probe_guard_release.
 */
int probe_guard_reserve(
	const struct probe_guard_place *place, struct probe_guard **guard);

/* Before the jump is taken away, or replaced by another one: -EBUSY with the reason as a
 * problem if a kprobe has come since the reservation. */
int probe_guard_check(const struct probe_guard *guard);

/*
 * Code that nobody may be in must not be where a detour leads back to. An optimised
 * kprobe is a jump to a copy of a few instructions, and a jump back behind them. A thread
 * that is preempted in there will go on in the code, and no word of its stack says so.
 * For each of the ranges: -EBUSY with the reason as a problem if it has an enabled kprobe
 * with a detour; it waits until nobody is in those of disabled ones. For kprobes that are
 * removed the kernel has waited already, under kprobe_mutex. May wait for all other
 * threads.
 *
 * The trampolines of ftrace and BPF need no such care, and neither do those of the graph
 * tracer and of kretprobes: whatever address a thread in one of them will go on at is a
 * word on its stack, or in the list that stack_scan.h reads.
 */
int probe_guard_clear_detours(const struct stack_range *ranges, size_t count);

/* Takes the reservation back, and frees it. NULL is fine. */
void probe_guard_release(struct probe_guard *guard);

/* True if the kernel itself allows no kprobe at this address: a function that handles
 * breakpoints, or may run while one is handled. Reservations do not count. */
bool probe_guard_is_forbidden(unsigned long address);

#endif
