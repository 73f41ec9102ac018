/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - running another program
 */
#ifndef KSPLICE_LIB_PROCESS_H
#define KSPLICE_LIB_PROCESS_H

#include <stddef.h>

struct error;
struct text;

struct process_request {
	const char *const *arguments;   /* NULL-terminated; [0] is looked up on PATH */
	const char *folder;             /* to run in, or NULL for the current one */
	const char *const *environment; /* NAME=VALUE to add, NULL-terminated, or NULL */
	struct text *output;            /* stdout is added here; NULL: inherited */
	struct text *errors;            /* stderr, likewise; may be the same text */
	const char *input_path;         /* stdin is this file; NULL: /dev/null */
};

/*
 * Runs the program and waits for it. An error means that it could not be run (if it is
 * not installed, the hint names its package), or that a signal interrupted this process.
 * *status is its exit code, or 128 + the signal that ended it.
 */
struct error *process_run(const struct process_request *request, int *status);

/* Runs several (any number, up to 64 at the same time), and waits for all of them.
 * Several threads may do so at once. */
struct error *process_run_all(
	const struct process_request *requests, size_t count, int *statuses);

/* As process_run, and anything but exit code 0 is an error that quotes its stderr. */
struct error *process_check(const struct process_request *request);

/*
 * Makes waitpid work if SIGCHLD is ignored, as it is if the parent of this process
 * ignores it. The functions above call this themselves.
 */
void process_keep_statuses(void);

/*
 * From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT make process_run end with an error, so
 * that the caller can clean up, and are passed to the programs that run (SIGQUIT as
 * SIGTERM, so that these leave no core files). Signals that were ignored when this
 * program started remain ignored.
 */
void process_catch_signals(void);

/* The signal that interrupted this process, 0 if none did. */
int process_interruption(void);

/* The error that says so. */
struct error *process_interrupted(void) __attribute__((warn_unused_result));

/* Ends this process by the signal that interrupted it, if one did: for SIGQUIT with a
 * core file, if those are enabled. Writes out first what was printed. */
void process_die_interrupted(void);

#endif
