/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_hooks.h - when, and in what order, a transition calls the hooks of its updates
 *
 * What an author may rely on is in author/ksplice.h; the table of an update's hooks is
 * match/hook_table.h. Of one attempt:
 *
 *     pre     before the stop; may sleep, and may refuse
 *     check   in the stop, when nobody is in the way, before the writing; may refuse
 *     change  (apply, reverse) in the stop, when every CPU runs the new code
 *     post    after the stop; may sleep
 *     fail    instead of change and post, if it has not happened, or was a trial
 *
 * Order: reversals come before applications; of the updates that are reversed, the
 * youngest first; the parts of an update as they were loaded, in a reversal the other way
 * round; the hooks of a kind in a part as they are in its table. fail takes the parts the
 * other way round.
 *
 * fail is called for each part of which a pre hook has been called, or which has none and
 * was passed: so for the part that refused, too, and for none behind it.
 *
 * 0 goes on; -EAGAIN asks to try again later; every other value refuses. Every attempt
 * begins with the pre hooks. Outside of the stop the change lock is held, and no other: a
 * hook may load modules (update_lock.h), and must not use the files of ksplice.
 */
#ifndef KSPLICE_KMOD_UPDATE_HOOKS_H
#define KSPLICE_KMOD_UPDATE_HOOKS_H

#include <linux/types.h>

struct ksplice_hook;
struct transition;
struct transition_change;

/* How far a transition's hooks came. All but the transition zeros at first. */
struct update_hooks {
	const struct transition *transition;
	size_t prepared; /* so many changes have had their turn before the stop */
	const struct transition_change *refusing; /* in the stop; NULL: none */
	const struct ksplice_hook *refused;
	int refusal;
};

/* 0; or -EAGAIN or -ECANCELED if a hook refuses, with the reason as a problem. Then, too,
 * update_hooks_fail is to be called. */
int update_hooks_pre(struct update_hooks *hooks);

/* In the stop. The first gives the same, but update_hooks_fail adds the reason. */
int update_hooks_check(struct update_hooks *hooks);
void update_hooks_change(const struct update_hooks *hooks);

/* After the stop. */
void update_hooks_post(const struct update_hooks *hooks);
void update_hooks_fail(const struct update_hooks *hooks);

#endif
