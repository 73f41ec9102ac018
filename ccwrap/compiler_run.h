/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_run.h - runs the compiler as if nobody stood in front of it
 *
 * Its streams, its environment, the jobserver's descriptors, umask and working
 * folder are ours. Signals that we are sent go on to it, and we wait for what it
 * makes of them.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_RUN_H
#define KSPLICE_CCWRAP_COMPILER_RUN_H

#include <sys/types.h>

struct argument_list;

/* Becomes the program. Does not return: where that fails it says so and exits. */
void compiler_exec(const char *program, const struct argument_list *arguments)
	__attribute__((noreturn));

/* Ends as a shell does that finds no such program, and says so. */
void compiler_exec_missing(const char *name) __attribute__((noreturn));

/*
 * Runs the program with NAME=VALUE added to its environment and waits for it.
 * Returns 0 and its wait status, or -1 if it could not be started. Signals stay
 * blocked until compiler_run_end: what follows is done whole or not at all.
 */
int compiler_run(const char *program, const struct argument_list *arguments,
	const char *name, const char *value, int *status);

/* Lets signals through again; one that came meanwhile ends us here. */
void compiler_run_end(void);

/*
 * Lets signals through as well, where more compiles follow: one that comes or came ends
 * those (see process_catch_signals), and this process only in compiler_exit_like.
 */
void compiler_run_more(void);

/* Ends this process the way the compiler ended, or by a signal that came since. */
void compiler_exit_like(int status) __attribute__((noreturn));

#endif
