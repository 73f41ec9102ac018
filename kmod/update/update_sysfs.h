/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_sysfs.h - what user space sees of the core and its updates
 *
 *     /sys/kernel/ksplice/
 *     ├── version        of ksplice.ko
 *     ├── abi            format of updates that it reads (abi/update.h)
 *     ├── empty_stop_ns  how long a stop takes that does nothing
 *     └── <id>/          one for each loaded update
 *         ├── state      loaded, applied or reversed; writing a line makes one attempt
 *         │              (update_order.h)
 *         ├── changed_at, replaced_by, flags, depends
 *         ├── target, build_id, parts, functions, constants, hooks
 *         ├── attempts, conflicts, stacks, pause_ns, stop_ns
 *         └── signal, signalled
 *
 * What is in each is said in docs/ABI-sysfs.md, and is no longer ours to change.
 */
#ifndef KSPLICE_KMOD_UPDATE_SYSFS_H
#define KSPLICE_KMOD_UPDATE_SYSFS_H

struct kobject;
struct live_update;

/* The folder of the core. */
int update_sysfs_init(void);
void update_sysfs_exit(void);

/* That folder, for files of others. */
struct kobject *update_sysfs_root(void);

/* The folder of an update. An errno, with the reason as a problem; it is to be removed
 * even then. Removing it waits for those who use its files. Both without the update lock.
 */
int update_sysfs_add(struct live_update *update);
void update_sysfs_remove(struct live_update *update);

#endif
