/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_write.h - makes the record of an object and puts it in its place
 */
#ifndef KSPLICE_CCWRAP_RECORD_WRITE_H
#define KSPLICE_CCWRAP_RECORD_WRITE_H

#include <stdint.h>

struct error;
struct record_place;
struct text;
struct wrapper_call;

struct record {
	const struct record_place *place;
	const struct wrapper_call *call;
	const char *object;      /* path of what was compiled */
	const char *source;      /* as given */
	const char *version;     /* of the compiler */
	const struct text *unit; /* what the plugin wrote, JSON */
	uint64_t started;        /* before the compile, ns since the epoch */
};

struct error *record_write(const struct record *record);

/* Says in the record's place that there is none, and why (a constant name). */
struct error *record_write_reason(const struct record_place *place, const char *reason);

/*
 * Takes away the record of an earlier compile. NULL, or why there can be none now: a
 * constant name.
 */
const char *record_forget(const struct record_place *place);

#endif
