/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state_change.h - attempts until an update has the wanted state, or time is over
 */
#ifndef KSPLICE_APPLY_STATE_CHANGE_H
#define KSPLICE_APPLY_STATE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

struct change_report;
struct error;

/* What ksplice-apply and ksplice-undo share of their --help. */
#define STATE_CHANGE_HELP                                                                \
	"  --deadline SECONDS  how long to try while a thread is in the way (10)\n"      \
	"  --signal            wake sleeping user threads that are in the way\n"         \
	"  --full-scan         check all stacks while the machine is stopped\n"

#define STATE_CHANGE_DEADLINE 10.0

/* The reason of the error when a thread was in the way until the deadline. */
#define STATE_CHANGE_BUSY "thread-in-the-way"
/* The same when a hook of the update, or what the kernel does with its module, was. */
#define STATE_CHANGE_LATER "not-yet"

struct state_change {
	const char *id;   /* of a loaded update */
	uint32_t verb;    /* enum ksplice_control_verb */
	uint32_t options; /* KSPLICE_CONTROL_... */
	double deadline;  /* seconds; 0: one attempt */
	bool signal;      /* wake who sleeps in the way */
};

/* Reads the argument of --deadline. */
struct error *state_change_read_deadline(const char *text, double *seconds);

/*
 * Asks the core, again and again, with growing waits while it cannot be done yet. On
 * giving up the error names the threads in the way, and the report has them all; or it
 * has the core's reason. A thread that will never leave ends it at once. A signal ends it
 * between two attempts.
 */
struct error *state_change_run(
	const struct state_change *change, struct change_report *report);

#endif
