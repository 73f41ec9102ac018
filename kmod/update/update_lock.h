/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_lock.h - the lock over all updates, and the order of the core's locks
 *
 * Protects the list of updates, and of each update the parts that change. It is held
 * during a whole attempt, so there is one at a time. The order of locks:
 *
 *     update lock ─▶ kprobe_mutex ─▶ ftrace_lock ─▶ cpus_read_lock ─▶ text_mutex
 *                                                                     ─▶ problem_mutex
 *
 * That of the four in the middle is the kernel's: jump labels, static calls, ftrace and
 * kprobes take them so. A write to a state file holds that file's kernfs reference while
 * it waits for the update lock; so sysfs files are made and removed without it.
 */
#ifndef KSPLICE_KMOD_UPDATE_LOCK_H
#define KSPLICE_KMOD_UPDATE_LOCK_H

void update_lock(void);
void update_unlock(void);

/* Says so (with lockdep) if the caller does not hold it. */
void update_lock_assert_held(void);

#endif
