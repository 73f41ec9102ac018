/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_file.h - where the plugin leaves what it has learnt
 *
 * A file in memory that the plugin opens by way of /proc: nothing is left behind
 * when either of them is killed, and no folder has to be writable.
 */
#ifndef KSPLICE_CCWRAP_UNIT_FILE_H
#define KSPLICE_CCWRAP_UNIT_FILE_H

#include <stdbool.h>

struct error;
struct text;

/* Initialise with .fd = -1; release with unit_file_deinit. */
struct unit_file {
	int fd;
	char path[64]; /* for as long as this process lives */
};

struct error *unit_file_create(struct unit_file *unit);

/* True if a plugin was loaded and has begun to write. */
bool unit_file_is_started(const struct unit_file *unit);

/*
 * What the plugin says instead of a unit: KSPLICE_UNIT_NOT_C, a reason of
 * record_reason.h, or NULL.
 */
const char *unit_file_get_reason(const struct unit_file *unit);

/* Adds the unit, without the newline that ends it; false if it is not complete. */
bool unit_file_read(const struct unit_file *unit, struct text *text);

void unit_file_deinit(struct unit_file *unit);

#define scope_unit_file __attribute__((cleanup(unit_file_deinit)))

#endif
