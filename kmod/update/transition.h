/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transition.h - some updates are applied and others reversed, all in one stop
 *
 *     rules ─▶ match, check memory ─▶ stop: stacks, check hooks, writes, apply and
 *     reverse hooks ─▶ commit
 *
 * What an update is and lives through is not its affair (live_update.h): it makes one
 * attempt to change the running kernel from what it is to what was asked for, and either
 * all of it has happened or nothing. The order of the changes is that of their hooks,
 * see update_hooks.h. The hooks before and after are called by live_update, without the
 * update lock.
 */
#ifndef KSPLICE_KMOD_TRANSITION_H
#define KSPLICE_KMOD_TRANSITION_H

#include <linux/types.h>

#include "kmod/change/machine_stop.h"

struct conflict_report;
struct update_hooks;
struct update_part;

struct transition_change {
	struct update_part *part;
	bool is_reversal;
};

struct transition {
	const struct transition_change *changes; /* each part once */
	size_t change_count;
	bool is_trial;     /* do everything but the change */
	bool is_full_scan; /* look at every thread in the stop */
};

struct transition_report {
	struct machine_stop_times times;   /* zeros if it did not come so far */
	struct conflict_report *conflicts; /* the caller's */
};

#define transition_foreach_change(change, transition)                                    \
	for (change = (transition)->changes;                                             \
		change < (transition)->changes + (transition)->change_count; change++)

/* Is it allowed, by what is applied now? 0 or an errno, with the reason as a problem. The
 * caller holds the update lock. */
int transition_check(const struct transition *transition);

/*
 * One attempt. 0 if all has changed, or of a trial would have; -EAGAIN if a thread is in
 * the way, or a hook says so: trying again later is harmless; -EDEADLK if one is that
 * never leaves; that or another errno, with the reason as a problem. Unless 0, nothing
 * has changed. The hooks are those that have had their turn before. The report is all
 * zeros before, and its conflicts empty; what is not known stays so. The caller holds the
 * update lock. May sleep.
 */
int transition_run(const struct transition *transition, struct update_hooks *hooks,
	struct transition_report *report);

#endif
