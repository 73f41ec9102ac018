/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_make.h - makes the record of an object from what the plugin wrote
 *
 *     plugin_output ──▶ output_store ──▶ recompile ──▶ record_write
 *
 * Where the plugin was not run, because a compiler cache had the object or another
 * machine compiled it, its output comes from the store, else from a second compile.
 */
#ifndef KSPLICE_CCWRAP_RECORD_MAKE_H
#define KSPLICE_CCWRAP_RECORD_MAKE_H

#include "ccwrap/record_write.h"

struct compiler_identity;
struct plugin_output;

/* Now, in ns since the epoch. */
uint64_t record_make_get_time(void);

/*
 * What is known of a record before the compile, which starts now. All arguments must
 * stay. object: path of the object that the compile makes.
 */
struct record record_make_start(const struct wrapper_call *call,
	const struct record_path *path, const char *object, const char *source,
	const struct compiler_identity *identity);

/*
 * After a compile that succeeded. NULL if the record is written, else the reason why not:
 * a constant name. *origin says where the plugin's output came from, for the log.
 */
const char *record_make(const struct record *record, const struct plugin_output *output,
	struct compiler_identity *identity, const char **origin);

#endif
