/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command_end.h - how ksplice-apply and ksplice-undo begin and end; for main only
 */
#ifndef KSPLICE_APPLY_COMMAND_END_H
#define KSPLICE_APPLY_COMMAND_END_H

#include <stdbool.h>

struct error;
struct json_t;

/* Changing a kernel needs root. */
struct error *command_end_need_root(void);

/* What --json prints when the command failed; conflicts may be NULL. */
void command_end_print_failure(const struct error *error, struct json_t *conflicts);

/* Prints the document on stdout and releases it. */
void command_end_print_json(struct json_t *document);

#endif
