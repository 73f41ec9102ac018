/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * transition.h - some updates are applied and others reversed, all in one stop
 *
 *     prepare ─▶ match, check memory ─▶ stop: stacks, writes ─▶ commit or roll back
 *
 * What an update is and lives through is not its affair (live_update.h): it makes one
 * attempt to change the running kernel from what it is to what was asked for, and either
 * all of it has happened or nothing.
 */
#ifndef KSPLICE_KMOD_TRANSITION_H
#define KSPLICE_KMOD_TRANSITION_H

#include <linux/types.h>

#include "kmod/change/machine_stop.h"

struct live_update;

struct transition_change {
	struct live_update *update;
	bool is_reversal;
};

struct transition {
	const struct transition_change *changes; /* each update once */
	size_t change_count;
	bool is_trial; /* do everything but the change */
};

struct transition_report {
	struct machine_stop_times times; /* zeros if it did not come so far */
	/* Who was in the way, one line each, with tabs between: pid, name, place,
	 * function+offset/size. "" if nobody. Room for a page; the caller's. */
	char *conflicts;
};

/*
 * One attempt. 0 if all has changed, or of a trial would have; -EAGAIN if a thread is in
 * the way: trying again later is harmless; another errno, with the reason as a problem.
 * Unless 0, nothing has changed. The report is set in all cases.
 * The caller holds the update lock. May sleep.
 */
int transition_run(const struct transition *transition, struct transition_report *report);

#endif
