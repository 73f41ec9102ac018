/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_order.h - what the administrator wants done with an update
 *
 *     VERB [OPTION...]
 *
 *     applied          apply it
 *     reversed         reverse it
 *     check-applied    do all that applying it takes, but the change
 *     check-reversed   likewise
 *
 *     full-scan        look at all stacks while the machine is stopped, at none before
 *     replace          reverse all other updates in the same stop
 *     partial          apply although a target that is loaded has no part loaded for it
 */
#ifndef KSPLICE_KMOD_UPDATE_ORDER_H
#define KSPLICE_KMOD_UPDATE_ORDER_H

#include <linux/types.h>

struct update_order {
	bool is_reversal;
	bool is_trial;
	bool is_full_scan;
	bool is_replacing; /* not of a reversal */
	bool is_partial;   /* not of a reversal */
};

/* Reads one line. -EINVAL, with the reason as a problem, if there is a word that is none
 * of those above, a word twice, or an option that does not fit the verb. */
int update_order_parse(const char *line, struct update_order *order);

#endif
