/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plain_compile.h - runs the compiler as it was called, without the plugin
 *
 * For commands with nothing to record, and for compiles that cannot be recorded. The
 * functions that do not return end this process as the compiler ends.
 */
#ifndef KSPLICE_CCWRAP_PLAIN_COMPILE_H
#define KSPLICE_CCWRAP_PLAIN_COMPILE_H

struct compile_command;
struct compile_source;
struct record_path;
struct wrapper_call;

/* Becomes the compiler. Writes nothing to the log. */
void plain_compile_exec(const struct wrapper_call *call) __attribute__((noreturn));

/* As above, and the log gets a line with the reason. object may be NULL. */
void plain_compile_pass(const struct wrapper_call *call, const char *object,
	const char *why) __attribute__((noreturn));

/*
 * The path of a source's record. Where there is none, because the working folder was
 * removed, becomes the compiler.
 */
void plain_compile_find_path(const struct wrapper_call *call,
	const struct compile_command *command, const struct compile_source *source,
	struct record_path *path);

/* Removes the old records of all objects that the command will make. */
void plain_compile_forget(
	const struct wrapper_call *call, const struct compile_command *command);

/*
 * Runs the compiler and writes the reason (a constant name) in place of the records. A
 * compile that fails leaves nothing.
 */
void plain_compile_run(const struct wrapper_call *call,
	const struct compile_command *command, const char *reason)
	__attribute__((noreturn));

#endif
