/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_run.h - runs the compiler as if it were called directly
 *
 * It inherits the streams, the environment, the jobserver's descriptors, the umask and
 * the working folder. Signals to this process are passed to the compiler, which decides
 * what they do.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_RUN_H
#define KSPLICE_CCWRAP_COMPILER_RUN_H

#include <sys/types.h>

struct argument_list;

/* Becomes the program. If that fails, prints a message and exits. */
void compiler_exec(const char *program, const struct argument_list *arguments)
	__attribute__((noreturn));

/* Prints that there is no such compiler, and exits as a shell does. */
void compiler_exec_missing(const char *name) __attribute__((noreturn));

/*
 * Runs the program with NAME=VALUE added to its environment and waits for it.
 * Returns 0 and its wait status, or -1 if it could not be started. Signals stay
 * blocked until compiler_run_end, so that a record is written completely or not at all.
 */
int compiler_run(const char *program, const struct argument_list *arguments,
	const char *name, const char *value, int *status);

/* Unblocks signals; one that arrived meanwhile ends this process here. */
void compiler_run_end(void);

/*
 * Unblocks signals where more compiles follow: a signal ends those compiles (see
 * process_catch_signals), and this process only in compiler_exit_like.
 */
void compiler_run_more(void);

/* Ends this process as the compiler ended, or by a signal that arrived since. */
void compiler_exit_like(int status) __attribute__((noreturn));

#endif
