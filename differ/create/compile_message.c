// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/compile_message.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

static const char warning_mark[] = ": warning: ";

/* The root of the source tree as the compile spells it, with a slash; empty where paths
 * are relative to it. The caller frees it. */
static char *record_find_root(const struct kernel_tree *tree, const struct record *record)
{
	scope_free char *source = file_normalize(record->folder, record->source);
	const char *rest;
	if (!file_is_below(tree->source, source, &rest) ||
		!text_has_suffix(record->source, rest))
		return memory_copy_text("");
	return memory_copy_range(record->source, strlen(record->source) - strlen(rest));
}

/* A path starts a line, or stands behind "from " and quotes. */
static bool is_path_start(const char *text, const char *at)
{
	return at == text || strchr("\n '\"", at[-1]);
}

char *compile_message_shorten(
	const struct kernel_tree *tree, const struct record *record, const char *messages)
{
	scope_text struct text shortened = {0};
	scope_free char *spelled = record_find_root(tree, record);
	scope_free char *absolute = memory_format("%s/", tree->source);
	const char *const roots[] = {spelled, absolute};
	for (const char *at = messages; *at;) {
		size_t skipped = 0;
		for (size_t i = 0; i < 2 && !skipped; i++) {
			if (is_path_start(messages, at) && text_has_prefix(at, roots[i]))
				skipped = strlen(roots[i]);
		}
		if (!skipped)
			text_add_range(&shortened, at++, 1);
		at += skipped;
	}
	return memory_copy_text(shortened.data ? shortened.data : "");
}

/* A line without its numbers, so that a warning that moved stays the same. The caller
 * frees it. */
static char *line_find_key(const char *line)
{
	const char *mark = strstr(line, warning_mark);
	const char *end = mark;
	while (end > line && (isdigit((unsigned char)end[-1]) || end[-1] == ':'))
		end--;
	scope_free char *file = memory_copy_range(line, (size_t)(end - line));
	return memory_format("%s%s", file, mark);
}

/* The next warning's line at or behind *at, which moves behind it; NULL if there is none.
 * The caller frees it. */
static char *messages_take_warning(const char **at)
{
	while (**at) {
		size_t length = strcspn(*at, "\n");
		scope_free char *line = memory_copy_range(*at, length);
		*at += length + ((*at)[length] == '\n');
		if (strstr(line, warning_mark))
			return take_pointer(line);
	}
	return NULL;
}

static void key_count(struct name_map *counts, const char *key, int64_t step)
{
	int64_t count = 0;
	name_map_find(counts, key, &count);
	name_map_set(counts, key, count + step);
}

bool compile_message_find_new(
	const char *before, const char *after, struct json_t *warnings)
{
	scope_name_map struct name_map counts = {0};
	char *line;
	while ((line = messages_take_warning(&before))) {
		scope_free char *key = line_find_key(line);
		key_count(&counts, key, 1);
		free(line);
	}
	bool is_new = false;
	while ((line = messages_take_warning(&after))) {
		scope_free char *key = line_find_key(line);
		int64_t count = 0;
		name_map_find(&counts, key, &count);
		if (count) {
			key_count(&counts, key, -1);
		} else {
			is_new = true;
			if (warnings)
				json_append_text(warnings, line);
		}
		free(line);
	}
	return is_new;
}
