/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile_message.h - what the compiler says of the patched source, for the patch's
 * author
 *
 * Format: GCC's messages in the C locale, "FILE:LINE:COLUMN: warning: TEXT", see
 * "Guidelines for Diagnostics" and -fdiagnostics-show-location in GCC's manual.
 */
#ifndef KSPLICE_DIFFER_CREATE_COMPILE_MESSAGE_H
#define KSPLICE_DIFFER_CREATE_COMPILE_MESSAGE_H

#include <stdbool.h>

struct json_t;
struct kernel_tree;
struct record;

/*
 * The messages with paths relative to the source tree. record is that of the compile,
 * which says how the build spelled the tree's path. The caller frees them.
 */
char *compile_message_shorten(const struct kernel_tree *tree, const struct record *record,
	const char *messages);

/*
 * The warnings in after that before lacks; where both have the same text for the same
 * file it is the same warning, whatever its line. They are appended to warnings (an array
 * of texts), one line each, unless that is NULL. True if there is one.
 */
bool compile_message_find_new(
	const char *before, const char *after, struct json_t *warnings);

#endif
