/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_lock.h - the locks over all updates, and the order of the core's locks
 *
 * The change lock is held during a whole attempt, and while a part is loaded or unloaded:
 * there is one of these at a time. So while it is held no part comes or goes, and no
 * other attempt begins.
 *
 * The update lock protects the list of updates, and of each update the parts that change.
 * It is held during an attempt as well, but not while the hooks outside of the stop run:
 * they may load and unload modules, and the notifiers of modules take it. So while hooks
 * run a target may come or go.
 *
 *     change lock ─▶ update lock ─▶ kprobe_mutex ─▶ ftrace_lock ─▶ cpus_read_lock
 *                                             ─▶ text_mutex ─▶ problem_mutex
 *
 * That of the four in the middle is the kernel's: jump labels, static calls, ftrace and
 * kprobes take them so. The change lock is not taken by the notifiers of modules: a hook
 * may wait for the load of a module. It may even wait for one that waits for the change
 * lock, because an update is about that module, so nobody waits for it without a limit.
 *
 * A write to a state file holds that file's kernfs reference while it waits for the
 * locks; so sysfs files are made and removed without them.
 */
#ifndef KSPLICE_KMOD_UPDATE_LOCK_H
#define KSPLICE_KMOD_UPDATE_LOCK_H

/* -EBUSY, with a problem of object's, if it has not come free within ten seconds: a hook
 * takes longer. The second waits for as long as that takes, for who unloads a part. */
int change_lock(const char *object);
void change_lock_wait(void);
void change_unlock(void);

void update_lock(void);
void update_unlock(void);

/* Says so (with lockdep) if the caller does not hold it. */
void update_lock_assert_held(void);

#endif
