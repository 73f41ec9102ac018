/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - prints messages to the user on stderr; for main functions only
 */
#ifndef KSPLICE_LIB_MESSAGE_H
#define KSPLICE_LIB_MESSAGE_H

#include <stdbool.h>

struct error;
struct json_t;

/* The name in front of each message, and whether progress is shown. */
void message_init(const char *tool, bool quiet);

/* One line of progress: "tool: text". Nothing when quiet. */
void message_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A warning: the work goes on. Also when quiet. */
void message_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the error and its hint, releases it, and gives the exit code for it. */
int message_end(struct error *error);

/* The error as an object for --json: result, message, and reason and hint if it has any.
 */
struct json_t *message_describe(const struct error *error);

/*
 * Prints the document of --json on stdout, with the error's members in it, and releases
 * it. Each may be NULL; nothing is printed if both are.
 */
void message_print_json(struct json_t *document, const struct error *error);

/*
 * The last step of each command: writes out what was printed on stdout. If that fails,
 * says so and turns the exit code 0 into that of an error. If the command failed and a
 * signal interrupted it, ends the process by that signal. Returns the exit code. Nothing
 * can be printed on stdout after it.
 */
int message_exit(int code);

#endif
