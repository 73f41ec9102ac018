/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_guard.h - what an update replaces is its own while it is applied
 *
 * For each function that an update replaces: may a breakpoint be written into it
 * (breakpoint_path.h), does a call of it reach it (entry_redirect.h), and are its bytes
 * free of kprobes, and stay so (probe_guard.h).
 */
#ifndef KSPLICE_KMOD_UPDATE_GUARD_H
#define KSPLICE_KMOD_UPDATE_GUARD_H

#include <linux/types.h>

struct live_update;

/*
 * Before a change of the update: what is to be applied is reserved, what is to be
 * reversed is still free of kprobes. An errno, with the reason as a problem, if not; then
 * nothing is reserved that was not before. Under the update lock and probe_guard_lock,
 * before cpus_read_lock and text_mutex.
 */
int update_guard_prepare(struct live_update *update, bool is_reversal);

/* After the attempt, unless update_guard_prepare failed: an update that is not applied
 * now gives back what it reserved. Under the same locks. */
void update_guard_finish(struct live_update *update, bool is_applied);

#endif
