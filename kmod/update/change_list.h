/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * change_list.h - which parts of which updates an order applies and reverses
 *
 * In the order in which a transition takes them: reversals first, the youngest part
 * first; then the parts that are applied, as they were loaded. All of it under the update
 * lock.
 */
#ifndef KSPLICE_KMOD_CHANGE_LIST_H
#define KSPLICE_KMOD_CHANGE_LIST_H

#include <linux/types.h>

struct live_update;
struct transition_change;
struct update_order;

struct change_list {
	struct transition_change *changes;
	size_t count;
};

/* Makes room for all parts that there are. 0 or -ENOMEM. */
int change_list_init(struct change_list *list);
void change_list_deinit(struct change_list *list);

/*
 * Lists what the order is about. 0; -EALREADY if there is nothing to do; or another
 * errno, with the reason as a problem, if the update lacks a part, or something cannot be
 * reversed. The list of a reversal may be empty: all that was applied is gone.
 */
int change_list_fill(struct change_list *list, struct live_update *update,
	const struct update_order *order);

/* Targets have come or gone since: -EAGAIN if one of the list's has gone, -ENXIO if one
 * of the update's has come, and its part has not; with the reason as a problem. Else 0.
 */
int change_list_recheck(const struct change_list *list, const struct live_update *update,
	const struct update_order *order);

/* True if update, to be applied with replace, takes over from other: from all others that
 * are applied, but for those that it builds on. */
bool change_list_replaces(
	const struct live_update *update, const struct live_update *other);

#endif
