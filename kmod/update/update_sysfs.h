/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_sysfs.h - what user space sees of the core and its updates
 *
 *     /sys/kernel/ksplice/
 *     ├── version            of ksplice.ko
 *     ├── abi                format of updates that it reads (abi/update.h)
 *     └── <id>/              one for each loaded update
 *         ├── state          loaded, applied or reversed; writing "applied" or
 *         │                  "reversed" makes one attempt
 *         ├── target         vmlinux
 *         ├── build_id       of the target, in hexadecimal
 *         ├── functions      one line each: name, size in bytes, "replaced" or "part"
 *         ├── constants      that are replaced in place, one line each: name, size
 *         ├── attempts       how many were made, to apply or to reverse
 *         ├── conflicts      of the last attempt, one line each, with tabs between: pid
 *         │                  and name of the thread, place, function+offset/size
 *         ├── overridden     functions that are replaced and not in force, because their
 *         │                  calls are redirected (entry_redirect.h), one line each, with
 *         │                  tabs between: name, what the calls go to, by which means
 *         ├── pause_ns       how long the machine stood still in the last attempt
 *         └── stop_ns        how long that stop_machine took in all
 *
 * A write to state gives EAGAIN if a thread is in the way, EALREADY if there is nothing
 * to do, EPERM if the update cannot be reversed; for the rest /dev/ksplice says why.
 */
#ifndef KSPLICE_KMOD_UPDATE_SYSFS_H
#define KSPLICE_KMOD_UPDATE_SYSFS_H

struct live_update;

/* The folder of the core. */
int update_sysfs_init(void);
void update_sysfs_exit(void);

/* The folder of an update. Removing it waits for those who use its files. */
int update_sysfs_add(struct live_update *update);
void update_sysfs_remove(struct live_update *update);

#endif
