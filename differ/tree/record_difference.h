/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_difference.h - is a unit that was compiled again what its record says, by hash?
 */
#ifndef KSPLICE_DIFFER_TREE_RECORD_DIFFERENCE_H
#define KSPLICE_DIFFER_TREE_RECORD_DIFFERENCE_H

#include <stdbool.h>

struct record;

/* The first thing that differs. Both texts belong to the records, or are constants. */
struct record_difference {
	const char *name; /* of a function, a variable, or the source */
	const char *what; /* "differs from the record" */
};

enum record_scope {
	RECORD_NAMED, /* what has an identity in the source; the rest is to be compared in
			 the objects */
	RECORD_WHOLE, /* everything; nothing of the object differs if this does not */
};

/*
 * Compares functions, variables, and the assembly outside of functions. again is the
 * plugin's part alone (record_read_unit). False: no difference.
 */
bool record_find_difference(const struct record *built, const struct record *again,
	enum record_scope scope, struct record_difference *difference);

#endif
