/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change_report.h - the report of an attempt to change the kernel: threads in the way,
 * threads that were woken, parts that were left out
 */
#ifndef KSPLICE_APPLY_CHANGE_REPORT_H
#define KSPLICE_APPLY_CHANGE_REPORT_H

#include <stdbool.h>

struct json_t;
struct text;

/* Arrays for programs, in the form that --json prints; NULL where there is nothing. */
struct change_report {
	/* The threads that were in the way of the last attempt: objects with pid, name,
	 * cpu, function, place, and stack, an array of texts. */
	struct json_t *conflicts;
	/* Threads that were woken by --signal: objects with pid and name. */
	struct json_t *signalled;
	/* Parts of the update that are not in: objects with target, reason, why. */
	struct json_t *left_out;
	/* The ids of updates that this one took over from. */
	struct json_t *replaced;
};

/* For one that is all zero, or was used. */
void change_report_deinit(struct change_report *report);

#define scope_report __attribute__((cleanup(change_report_deinit)))

/* Moves what is there into the object, under the members' names. */
void change_report_move(struct change_report *report, struct json_t *object);

/* Notes a part that is left out. reason: a word for programs; why: for people. */
void change_report_leave_out(struct change_report *report, const char *target,
	const char *reason, const char *why);

/* Notes a woken thread, once for each pid. */
void change_report_add_signalled(struct change_report *report, int pid, const char *name);

/* Adds lines for people: a table of the threads in the way, each with its stack. Nothing
 * if nobody was. */
void change_report_format_conflicts(
	const struct change_report *report, struct text *lines);

/* Adds lines for people about the rest: whom --signal woke, what is left out, which
 * updates were replaced. */
void change_report_format_notes(const struct change_report *report, struct text *lines);

#endif
