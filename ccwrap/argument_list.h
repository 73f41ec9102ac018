/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argument_list.h - a command line that owns its strings
 */
#ifndef KSPLICE_CCWRAP_ARGUMENT_LIST_H
#define KSPLICE_CCWRAP_ARGUMENT_LIST_H

#include <stddef.h>

/* Zero-initialise; items[count] is NULL after the first argument was added. */
struct argument_list {
	char **items;
	size_t count;
	size_t capacity;
};

/* Adds a copy of the argument. */
void argument_list_add(struct argument_list *list, const char *argument);

/* Replaces an argument by a copy of this one. */
void argument_list_replace(
	struct argument_list *list, size_t index, const char *argument);

/*
 * Adds the argument. For "@file", adds the arguments in that file, as GCC reads it:
 * separated by white space, with quotes, backslashes and further files. As in GCC, the
 * name of a file that cannot be read is an argument itself.
 */
void argument_list_add_expanded(struct argument_list *list, const char *argument);

void argument_list_deinit(struct argument_list *list);

#define scope_argument_list __attribute__((cleanup(argument_list_deinit)))

#endif
