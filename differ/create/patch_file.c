// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_file.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

struct entry_array {
	struct patch_entry *items;
	size_t count;
	size_t capacity;
};

struct hunk_array {
	struct patch_hunk *items;
	size_t count;
	size_t capacity;
};

struct patch_reading {
	const char *name;
	unsigned strip;
	unsigned long line; /* for messages, from 1 */
	struct entry_array entries;
	struct hunk_array hunks; /* of the last entry */
	char *old_path;          /* after ---, until its +++ */
	struct text old_text;    /* of the hunk that is being read */
	unsigned long old_left;  /* lines of the hunk that are still to come */
	unsigned long new_left;
};

/* git's headers for what a live update cannot do to a file. */
static const struct refused_header {
	const char *start;
	const char *reason;
	const char *what;
} refused_headers[] = {
	{"new file mode", "new-file", "creates a file"},
	{"deleted file mode", "deleted-file", "deletes a file"},
	{"rename from", "renamed-file", "renames a file"},
	{"copy from", "copied-file", "copies a file"},
	{"old mode", "changed-mode", "changes a file's mode"},
	{"GIT binary patch", "binary-file", "changes a binary file"},
	{"Binary files", "binary-file", "changes a binary file"},
};

static struct error *patch_refuse_header(
	const struct patch_reading *reading, const char *line)
{
	size_t count = sizeof(refused_headers) / sizeof(refused_headers[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(line, refused_headers[i].start))
			return error_hint(
				error_refused(refused_headers[i].reason,
					"%s:%lu: the patch %s: %s", reading->name,
					reading->line, refused_headers[i].what, line),
				"a patch may change existing .c files only");
	}
	return NULL;
}

/* The path of a --- or +++ line: up to a tab, less the stripped folders. */
static struct error *patch_read_path(
	const struct patch_reading *reading, const char *line, char **path)
{
	const char *start = line + 4;
	size_t length = strcspn(start, "\t\r");
	scope_free char *whole = memory_copy_range(start, length);
	if (strcmp(whole, "/dev/null") == 0) {
		*path = take_pointer(whole);
		return NULL;
	}
	if (whole[0] == '"')
		return error_refused("quoted-path", "%s:%lu: the path %s is quoted",
			reading->name, reading->line, whole);
	const char *rest = whole;
	for (unsigned i = 0; i < reading->strip; i++) {
		const char *slash = strchr(rest, '/');
		if (!slash)
			return error_hint(
				error_failed("%s:%lu: the path %s has fewer than %u "
					     "folders to strip",
					reading->name, reading->line, whole,
					reading->strip),
				"try a smaller N in --strip=N, as in patch -pN; it is 1 "
				"by default, and 0 for a diff without a/ and b/");
		rest = slash + 1 + strspn(slash + 1, "/");
	}
	if (rest[0] == '/' || text_has_prefix(rest, "../") || strstr(rest, "/../"))
		return error_refused("outside-path",
			"%s:%lu: the path %s is outside of the source tree",
			reading->name, reading->line, whole);
	*path = memory_copy_text(rest);
	return NULL;
}

/* The hunks that were read are those of the last entry. */
static struct error *patch_end_entry(struct patch_reading *reading)
{
	if (!reading->entries.count)
		return NULL;
	struct patch_entry *entry = &reading->entries.items[reading->entries.count - 1];
	if (!reading->hunks.count)
		return error_failed("%s: names %s but has no hunk for it", reading->name,
			entry->whole_path);
	entry->hunks = reading->hunks.items;
	entry->hunk_count = reading->hunks.count;
	reading->hunks = (struct hunk_array){0};
	return NULL;
}

static struct error *patch_start_entry(struct patch_reading *reading, const char *line)
{
	scope_free char *path = NULL;
	try(patch_read_path(reading, line, &path));
	bool is_created = strcmp(reading->old_path, "/dev/null") == 0;
	if (is_created || strcmp(path, "/dev/null") == 0)
		return error_hint(
			error_refused(is_created ? "new-file" : "deleted-file",
				"%s:%lu: the patch %s %s", reading->name, reading->line,
				is_created ? "creates" : "deletes",
				is_created ? path : reading->old_path),
			"a patch may change existing .c files only");
	try(patch_end_entry(reading));
	for (size_t i = 0; i < reading->entries.count; i++) {
		if (strcmp(reading->entries.items[i].path, path) == 0)
			return error_refused("repeated-file",
				"%s:%lu: the patch changes %s a second time",
				reading->name, reading->line, path);
	}
	struct patch_entry *entry = array_add(&reading->entries);
	entry->path = take_pointer(path);
	entry->whole_path = memory_copy_range(line + 4, strcspn(line + 4, "\t\r"));
	free(reading->old_path);
	reading->old_path = NULL;
	return NULL;
}

/* "N" or "N,M"; a missing M is 1. Gives what follows, or NULL. */
static const char *range_read(const char *text, unsigned long *line, unsigned long *count)
{
	char *end;
	*line = strtoul(text, &end, 10);
	*count = 1;
	if (end == text)
		return NULL;
	if (*end == ',') {
		text = end + 1;
		*count = strtoul(text, &end, 10);
		if (end == text)
			return NULL;
	}
	return end;
}

/* A hunk that is complete gets its text. */
static void patch_end_hunk(struct patch_reading *reading)
{
	if (reading->old_left || reading->new_left)
		return;
	struct patch_hunk *hunk = &reading->hunks.items[reading->hunks.count - 1];
	hunk->old_text =
		memory_copy_text(reading->old_text.data ? reading->old_text.data : "");
	text_deinit(&reading->old_text);
}

static struct error *patch_start_hunk(struct patch_reading *reading, const char *line)
{
	struct patch_hunk hunk = {0};
	const char *at =
		range_read(line + strlen("@@ -"), &hunk.old_line, &hunk.old_count);
	if (at && text_has_prefix(at, " +"))
		at = range_read(at + 2, &hunk.new_line, &hunk.new_count);
	else
		at = NULL;
	if (!at || !text_has_prefix(at, " @@"))
		return error_failed("%s:%lu: not a valid hunk header: %s", reading->name,
			reading->line, line);
	if (!reading->entries.count)
		return error_failed("%s:%lu: a hunk without a file name before it",
			reading->name, reading->line);
	const char *heading = at + strlen(" @@");
	heading += strspn(heading, " \t");
	size_t length = strlen(heading);
	while (length && strchr(" \t\r", heading[length - 1]))
		length--;
	hunk.heading = memory_copy_range(heading, length);
	reading->old_left = hunk.old_count;
	reading->new_left = hunk.new_count;
	*array_add(&reading->hunks) = hunk;
	patch_end_hunk(reading);
	return NULL;
}

static struct error *patch_read_body(struct patch_reading *reading, const char *line)
{
	bool is_old = line[0] != '+';
	bool is_new = line[0] != '-';
	if (line[0] == '\\') /* "\ No newline at end of file" */
		return NULL;
	/* Mailers strip the space of an empty context line. */
	if (!strchr("+- ", line[0]) || (is_old && !reading->old_left) ||
		(is_new && !reading->new_left))
		return error_failed(
			"%s:%lu: the hunk does not have as many lines as its header "
			"says",
			reading->name, reading->line);
	reading->old_left -= is_old;
	reading->new_left -= is_new;
	if (is_old) {
		text_add(&reading->old_text, line[0] ? line + 1 : "");
		text_add(&reading->old_text, "\n");
	}
	patch_end_hunk(reading);
	return NULL;
}

static struct error *patch_read_line(struct patch_reading *reading, const char *line)
{
	if (reading->old_left || reading->new_left)
		return patch_read_body(reading, line);
	if (text_has_prefix(line, "--- ")) {
		free(reading->old_path);
		reading->old_path = NULL;
		return patch_read_path(reading, line, &reading->old_path);
	}
	if (text_has_prefix(line, "+++ ") && reading->old_path)
		return patch_start_entry(reading, line);
	if (text_has_prefix(line, "@@ -"))
		return patch_start_hunk(reading, line);
	return patch_refuse_header(reading, line);
}

static struct error *patch_read_all(struct patch_reading *reading, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		scope_free char *line = memory_copy_range(text, length);
		reading->line++;
		try(patch_read_line(reading, line));
		text += length + (text[length] == '\n');
	}
	if (reading->old_left || reading->new_left)
		return error_failed("%s:%lu: the patch ends in the middle of a hunk",
			reading->name, reading->line);
	if (!reading->entries.count)
		return error_hint(error_failed("%s: contains no patch", reading->name),
			"make a unified diff, with 'diff -u' or 'git diff'");
	return patch_end_entry(reading);
}

static void hunks_free(struct patch_hunk *hunks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(hunks[i].heading);
		free(hunks[i].old_text);
	}
	free(hunks);
}

struct error *patch_file_read(
	const char *name, const char *text, unsigned strip, struct patch_file *patch)
{
	struct patch_reading reading = {.name = name, .strip = strip};
	struct error *error = patch_read_all(&reading, text);
	struct patch_file read = {reading.entries.items, reading.entries.count};
	free(reading.old_path);
	text_deinit(&reading.old_text);
	hunks_free(reading.hunks.items, reading.hunks.count);
	if (error)
		patch_file_deinit(&read);
	else
		*patch = read;
	return error;
}

void patch_file_deinit(struct patch_file *patch)
{
	for (size_t i = 0; i < patch->count; i++) {
		free(patch->entries[i].path);
		free(patch->entries[i].whole_path);
		hunks_free(patch->entries[i].hunks, patch->entries[i].hunk_count);
	}
	free(patch->entries);
	*patch = (struct patch_file){0};
}
