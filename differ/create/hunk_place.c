// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/hunk_place.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/patch_file.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* diff -p and git cut the line off there. */
static const size_t heading_lengths[] = {40, 80};

/* The lines of a file; lines.items[0] is line 1. They point into its text. */
struct line_array {
	const char **items;
	size_t count;
	size_t capacity;
};

static void lines_read(const char *text, struct line_array *lines)
{
	while (*text) {
		*array_add(lines) = text;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static size_t line_length(const char *line)
{
	return strcspn(line, "\r\n");
}

static bool is_name_start(char letter)
{
	return isalpha((unsigned char)letter) || letter == '_' || letter == '$';
}

static bool is_name_part(char letter)
{
	return is_name_start(letter) || isdigit((unsigned char)letter);
}

/* "out:" alone, or with a comment behind it: git does not take it for a function. */
static bool line_is_label(const char *line)
{
	const char *end = line;
	while (is_name_part(*end))
		end++;
	if (end == line || *end != ':')
		return false;
	end += 1 + strspn(end + 1, " \t\r");
	return *end == '\n' || !*end || (end[0] == '/' && strchr("/*", end[1]));
}

/* The function line in front of the given line (from 1); NULL if there is none. */
static const char *lines_find_function(
	const struct line_array *lines, long before, bool has_labels)
{
	long last = before - 1 < (long)lines->count ? before - 1 : (long)lines->count;
	for (long i = last; i >= 1; i--) {
		const char *line = lines->items[i - 1];
		if (is_name_start(*line) && (has_labels || !line_is_label(line)))
			return line;
	}
	return NULL;
}

static size_t trimmed_length(const char *text, size_t length)
{
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	return length;
}

static bool heading_is_text(const char *heading, const char *line)
{
	size_t size = strlen(heading);
	size_t length = line_length(line);
	if (trimmed_length(line, length) == size && strncmp(heading, line, size) == 0)
		return true;
	for (size_t i = 0; i < sizeof(heading_lengths) / sizeof(heading_lengths[0]);
		i++) {
		if (length > heading_lengths[i] &&
			trimmed_length(line, heading_lengths[i]) == size &&
			strncmp(heading, line, size) == 0)
			return true;
	}
	return false;
}

/* "foo" of "static int foo(int x)"; of what a macro defines, "SYSCALL_DEFINE3(read". NULL
 * if there is no name; the caller frees it. */
static char *line_find_name(const char *line)
{
	size_t length = line_length(line);
	const char *open = memchr(line, '(', length);
	const char *start = open;
	if (!open)
		return NULL;
	while (start > line && is_name_part(start[-1]))
		start--;
	bool is_macro = start < open;
	for (const char *at = start; at < open; at++)
		is_macro &= !islower((unsigned char)*at);
	size_t rest = length - (size_t)(open + 1 - line);
	size_t argument = 0;
	while (argument < rest && !strchr(",)", open[1 + argument]))
		argument++;
	if (start == open || (is_macro && argument == rest))
		return NULL;
	return memory_copy_range(
		start, (size_t)(open - start) + (is_macro ? 1 + argument : 0));
}

static bool heading_is_name(const char *heading, const char *line)
{
	scope_free char *wanted = line_find_name(heading);
	scope_free char *found = line_find_name(line);
	return wanted && found && strcmp(wanted, found) == 0;
}

/* Does the header's function stand in front of that line? The first line of the hunk may
 * be the function's own in diffs of some tools. */
static bool heading_agrees(
	const char *heading, const struct line_array *lines, long landed)
{
	for (int i = 0; i < 4; i++) {
		const char *line = lines_find_function(lines, landed + i / 2, i % 2);
		if (line && (heading_is_text(heading, line) ||
				    heading_is_name(heading, line)))
			return true;
	}
	return false;
}

/* Are the hunk's lines before the change there? */
static bool hunk_matches(
	const struct patch_hunk *hunk, const struct line_array *lines, long landed)
{
	const char *wanted = hunk->old_text;
	for (long i = landed - 1; *wanted; i++) {
		size_t size = strcspn(wanted, "\n");
		if (i < 0 || i >= (long)lines->count)
			return false;
		const char *line = lines->items[i];
		if (strcspn(line, "\n") != size || strncmp(wanted, line, size) != 0)
			return false;
		wanted += size + (wanted[size] == '\n');
	}
	return true;
}

/* The first place of the hunk's lines that is not the one where it landed, and that its
 * header does not rule out; 0 if there is none. */
static long hunk_find_other(
	const struct patch_hunk *hunk, const struct line_array *lines, long landed)
{
	if (!hunk->old_count)
		return 0;
	for (long at = 1; at <= (long)lines->count; at++) {
		if (at != landed && hunk_matches(hunk, lines, at) &&
			(!hunk->heading[0] || heading_agrees(hunk->heading, lines, at)))
			return at;
	}
	return 0;
}

/* What people call the place of a line; the caller frees it. */
static char *lines_describe(const struct line_array *lines, long line)
{
	const char *function = lines_find_function(lines, line, false);
	scope_free char *name = function ? line_find_name(function) : NULL;
	if (name)
		return memory_format("line %ld, in %s", line, name);
	if (function)
		return memory_format("line %ld, behind \"%.*s\"", line,
			(int)line_length(function), function);
	return memory_format("line %ld", line);
}

static struct error *hunk_check(const struct patch_entry *entry, size_t number,
	const struct line_array *lines, long offset, struct json_t *warnings)
{
	const struct patch_hunk *hunk = &entry->hunks[number];
	/* Without lines before the change, the header has the line in front of it. */
	long landed = (long)hunk->old_line + !hunk->old_count + offset;
	scope_free char *place = lines_describe(lines, landed);
	if (hunk->heading[0] && !heading_agrees(hunk->heading, lines, landed))
		return error_hint(
			error_refused("wrong-function",
				"%s: hunk %zu says that it changes \"%s\", but its lines "
				"are in %s",
				entry->path, number + 1, hunk->heading, place),
			"make the patch again, against the source that the kernel was "
			"built from");
	if (!offset)
		return NULL;
	if (!hunk_matches(hunk, lines, landed))
		return error_failed("%s: hunk %zu was applied at a wrong place",
			entry->path, number + 1);
	long other = hunk_find_other(hunk, lines, landed);
	if (other) {
		scope_free char *second = lines_describe(lines, other);
		return error_hint(
			error_refused("ambiguous-hunk",
				"%s: hunk %zu is for line %lu, but its lines are at %s "
				"and at %s",
				entry->path, number + 1, hunk->old_line, place, second),
			"make the patch again, against the source that the kernel was "
			"built from, or with more context (diff -U8)");
	}
	scope_free char *warning =
		memory_format("%s: hunk %zu applied %ld line%s further %s, at %s",
			entry->path, number + 1, labs(offset),
			labs(offset) == 1 ? "" : "s", offset < 0 ? "up" : "down", place);
	json_append_text(warnings, warning);
	return NULL;
}

struct error *hunk_place_check(const struct patch_entry *entry, const char *original,
	const long *offsets, struct json_t *warnings)
{
	struct line_array lines = {0};
	struct error *error = NULL;
	/* Only in C is the function's name where diff -p looks for it. */
	if (!text_has_suffix(entry->path, ".c") && !text_has_suffix(entry->path, ".h"))
		return NULL;
	lines_read(original, &lines);
	for (size_t i = 0; i < entry->hunk_count && !error; i++)
		error = hunk_check(entry, i, &lines, offsets[i], warnings);
	free(lines.items);
	return error;
}

struct error *hunk_place_read_offsets(
	const struct patch_file *patch, const char *said, long **offsets)
{
	size_t total = 0;
	for (size_t i = 0; i < patch->count; i++)
		total += patch->entries[i].hunk_count;
	scope_free long *read = memory_allocate((total + 1) * sizeof(*read));
	size_t next = 0;  /* the entry that patch(1) comes to next */
	size_t first = 0; /* hunk of the present one, which has count of them */
	size_t count = 0;
	while (*said) {
		size_t length = strcspn(said, "\n");
		scope_free char *line = memory_copy_range(said, length);
		said += length + (said[length] == '\n');
		if (text_has_prefix(line, "patching file ")) {
			first += count;
			while (next < patch->count &&
				!patch_entry_is_edit(&patch->entries[next]))
				first += patch->entries[next++].hunk_count;
			if (next == patch->count)
				return error_failed("patch: unexpected output: %s", line);
			count = patch->entries[next++].hunk_count;
		}
		unsigned long hunk;
		const char *offset = strstr(line, "(offset ");
		if (sscanf(line, "Hunk #%lu succeeded", &hunk) != 1 || !offset)
			continue;
		if (!hunk || hunk > count)
			return error_failed("patch: unexpected output: %s", line);
		read[first + hunk - 1] = strtol(offset + strlen("(offset "), NULL, 10);
	}
	for (; next < patch->count; next++) {
		if (patch_entry_is_edit(&patch->entries[next]))
			return error_failed(
				"patch: did not change %s", patch->entries[next].path);
	}
	*offsets = take_pointer(read);
	return NULL;
}
