/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command_end.h - how ksplice-apply, -undo and -view begin and end; for main only
 */
#ifndef KSPLICE_APPLY_COMMAND_END_H
#define KSPLICE_APPLY_COMMAND_END_H

#include <stdbool.h>

struct change_report;
struct error;
struct json_t;

/* What all three say in --help of their exit status. */
#define COMMAND_END_HELP                                                                 \
	"Exit status: 0 done, 1 error, 2 refused, 3 nothing to do,\n"                    \
	"4 busy: a thread, a hook or another program was in the way until the deadline.\n"

/* Changing a kernel needs root. */
struct error *command_end_need_root(void);

/*
 * Ends the command: prints the document (what was done; an object) on stdout if json,
 * with the error and the report in it; tells people about these on stderr; and releases
 * all but the report. Each may be NULL, document with json only if there is nothing to
 * print. Returns the exit status (message_exit).
 */
int command_end(struct error *error, bool json, struct json_t *document,
	struct change_report *report);

#endif
