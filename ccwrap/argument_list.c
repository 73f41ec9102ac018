// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/argument_list.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* How deep files may name files; one could name itself. */
#define ARGUMENT_FILE_DEPTH 16

static void argument_list_take(struct argument_list *list, char *argument)
{
	if (list->count + 2 > list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 128;
		list->items =
			memory_resize(list->items, list->capacity, sizeof(*list->items));
	}
	list->items[list->count++] = argument;
	list->items[list->count] = NULL;
}

void argument_list_add(struct argument_list *list, const char *argument)
{
	argument_list_take(list, memory_copy_text(argument));
}

void argument_list_replace(struct argument_list *list, size_t index, const char *argument)
{
	free(list->items[index]);
	list->items[index] = memory_copy_text(argument);
}

/*
 * Reads one argument, from its first byte, as buildargv of libiberty does: a backslash
 * keeps the next byte as it is, also within quotes. Returns what follows it.
 */
static const char *argument_list_read(const char *text, struct text *argument)
{
	char quote = '\0';
	for (; *text; text++) {
		if (*text == '\\' && text[1]) {
			text_add_range(argument, ++text, 1);
		} else if (quote) {
			if (*text == quote)
				quote = '\0';
			else
				text_add_range(argument, text, 1);
		} else if (*text == '\'' || *text == '"') {
			quote = *text;
		} else if (isspace((unsigned char)*text)) {
			break;
		} else {
			text_add_range(argument, text, 1);
		}
	}
	return text;
}

static void argument_list_expand(
	struct argument_list *list, const char *argument, int depth)
{
	scope_text struct text file = {0};
	scope_error struct error *error = NULL;
	bool is_file = argument[0] == '@' && argument[1] && depth < ARGUMENT_FILE_DEPTH;
	if (is_file)
		error = file_read(argument + 1, &file);
	if (!is_file || error) {
		argument_list_add(list, argument);
		return;
	}
	const char *next = file.data;
	for (;;) {
		while (isspace((unsigned char)*next))
			next++;
		if (!*next)
			return;
		scope_text struct text part = {0};
		text_add(&part, "");
		next = argument_list_read(next, &part);
		argument_list_expand(list, part.data, depth + 1);
	}
}

void argument_list_add_expanded(struct argument_list *list, const char *argument)
{
	argument_list_expand(list, argument, 0);
}

void argument_list_deinit(struct argument_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct argument_list){0};
}
