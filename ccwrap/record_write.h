/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_write.h - writes and removes the record of an object
 */
#ifndef KSPLICE_CCWRAP_RECORD_WRITE_H
#define KSPLICE_CCWRAP_RECORD_WRITE_H

#include <stdint.h>

struct error;
struct record_path;
struct text;
struct wrapper_call;

struct record {
	const struct record_path *path;
	const struct wrapper_call *call;
	const char *object;      /* path of the compiled object */
	const char *source;      /* as given */
	const char *version;     /* of the compiler */
	const struct text *unit; /* what the plugin wrote, JSON */
	uint64_t started;        /* before the compile, ns since the epoch */
};

struct error *record_write(const struct record *record);

/* Writes a record that says only that there is none, and why (a constant name). */
struct error *record_write_reason(const struct record_path *path, const char *reason);

/*
 * Removes the record of an earlier compile. NULL, or why there can be no record now: a
 * constant name.
 */
const char *record_forget(const struct record_path *path);

#endif
