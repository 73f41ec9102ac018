/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_change.h - attempts until an update has the wanted state, or time is over
 */
#ifndef KSPLICE_APPLY_STATE_CHANGE_H
#define KSPLICE_APPLY_STATE_CHANGE_H

struct error;
struct json_t;

/* What ksplice-apply and ksplice-undo share of their --help. */
#define STATE_CHANGE_DEADLINE_HELP                                                       \
	"  --deadline SECONDS  try again for so long while a thread is in the way (10)\n"

#define STATE_CHANGE_DEADLINE 10.0

/* Reads the argument of --deadline. */
struct error *state_change_read_deadline(const char *text, double *seconds);

/*
 * Tries to bring the loaded update into the state ("applied" or "reversed"), again and
 * again, with growing waits. On giving up the error names the threads that were in the
 * way in the last attempt, and *conflicts has them for programs (else it is unchanged).
 * A signal ends it between two attempts.
 */
struct error *state_change_run(
	const char *id, const char *state, double deadline, struct json_t **conflicts);

#endif
