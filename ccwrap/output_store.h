/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output_store.h - what the plugin wrote about objects that a compiler cache may have
 *
 * A compiler cache that has the object does not run the compiler, so the plugin is not
 * run. Its output from the first compile is kept here: in $KSPLICE_UNIT_STORE, or in
 * ksplice/units in the user's cache folder. It is found again only for the same bytes of
 * the object, made by the same command and plugin in the same folder, and only while
 * every input is unchanged: a new comment leaves the object as it is, but moves lines.
 */
#ifndef KSPLICE_CCWRAP_OUTPUT_STORE_H
#define KSPLICE_CCWRAP_OUTPUT_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct text;
struct wrapper_call;

/* plugin, object: their paths. Adds the unit's JSON to text; false if it is not kept. */
bool output_store_find(const struct wrapper_call *call, const char *plugin,
	const char *object, struct text *unit);

/*
 * Keeps it. started: when the compile began, in ns since the epoch; nothing is kept if an
 * input changed since. If it cannot be kept, it is made again when it is needed.
 */
void output_store_add(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct text *unit, uint64_t started);

#endif
