/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - what a command tells its user on stderr; for main functions only
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

/* Something the user should know although the work goes on; also when quiet. */
void message_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the error and its hint, releases it, and gives the exit code for it. */
int message_end(struct error *error);

/* The error as an object with result, reason, message and hint, for --json. */
struct json_t *message_describe(const struct error *error);

#endif
