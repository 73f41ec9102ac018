/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_parents.h - which update builds on which, and in what order they come and go
 *
 * An update builds on another one if a target of it, or of its list of symbols, is that
 * one's module: it changes the other's code, or uses its symbols. It may also replace
 * again what that one has replaced in the kernel.
 */
#ifndef KSPLICE_KMOD_UPDATE_PARENTS_H
#define KSPLICE_KMOD_UPDATE_PARENTS_H

#include <linux/list.h>
#include <linux/types.h>

struct live_update;
struct replaced_code;
struct transition;
struct update_part;

/*
 * Finds the parents of a part, and makes its module one that uses theirs: so they cannot
 * be unloaded before it. An errno, with the reason as a problem, if one is not loaded.
 * The second gives them back. The caller holds the update lock.
 */
int update_parents_find(struct update_part *part);
void update_parents_release(struct update_part *part);

/* True if update builds on other, itself or through others. */
bool update_parents_has(
	const struct live_update *update, const struct live_update *other);

/*
 * The changes of a transition are allowed: whoever is applied afterwards has what it
 * builds on, and nobody replaces what an unrelated one has replaced. The fates of the
 * parts are set, and codes are the records that it touches. 0 or an errno, with the
 * reason as a problem.
 */
int update_parents_check(
	const struct transition *transition, const struct list_head *codes);

#endif
