/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_outcome.h - how the recording of an object ended
 *
 * Each outcome is a line of the log. For an object that should have a record and has
 * none, the reason is written in place of the record, and the user is warned once per
 * build.
 */
#ifndef KSPLICE_CCWRAP_RECORD_OUTCOME_H
#define KSPLICE_CCWRAP_RECORD_OUTCOME_H

struct record_path;

/* The object has no record. reason: a constant name of lib/record_reason.h. */
void record_outcome_refuse(const struct record_path *path, const char *reason);

/*
 * The compile succeeded. reason: as above, or NULL if there is a record; origin then says
 * where the plugin's output came from, for the log.
 */
void record_outcome_end(
	const struct record_path *path, const char *reason, const char *origin);

/* The compile failed. status: what wait(2) says of the compiler. */
void record_outcome_fail(const struct record_path *path, int status);

#endif
