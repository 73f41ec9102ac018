/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_store.h - what the plugin said of objects that a compiler cache may have
 *
 * A cache that has the object does not run the compiler, so nobody asks the plugin.
 * What it said when the object was compiled is kept here: in $KSPLICE_UNIT_STORE, or in
 * ksplice/units in the user's cache folder. Found again is a unit only for the same
 * bytes of the object, made by the same command and plugin in the same folder, and only
 * while every input is as it was: a comment more changes no object, but the lines.
 */
#ifndef KSPLICE_CCWRAP_UNIT_STORE_H
#define KSPLICE_CCWRAP_UNIT_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct text;
struct wrapper_call;

/* plugin, object: their paths. Adds the unit to text; false if it is not there. */
bool unit_store_find(const struct wrapper_call *call, const char *plugin,
	const char *object, struct text *unit);

/*
 * Keeps it. started: when the compile began, ns since the epoch; nothing is kept if
 * an input changed since. Where it cannot be kept, it will be made again.
 */
void unit_store_add(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct text *unit, uint64_t started);

#endif
