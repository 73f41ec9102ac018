// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/patch_file.h"
#include "differ/create/patch_mail.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

struct patch_reading {
	const char *name;
	unsigned strip;
	unsigned long line; /* for messages, from 1 */
	const char *rest;   /* the text behind the present line */
	struct patch_list list;
	bool is_message;  /* in the words of a mail: no diff has begun */
	bool is_git;      /* in git's extended headers */
	bool is_open;     /* the last entry may get hunks */
	bool has_change;  /* the last entry has a name or mode that changes */
	bool has_returns; /* its lines end with a carriage return, as all lines do */
	char *git_names;  /* "a/x b/x" of diff --git */
	char *old_path;   /* after ---, until its +++ */
	bool is_created;  /* what --- says */
	struct patch_hunk hunk; /* that is being read */
	struct text old_text;
	struct text body;
	unsigned long old_left; /* lines of the hunk that are still to come */
	unsigned long new_left;
	unsigned long hunk_line; /* the last one of the last hunk */
};

static const char null_path[] = "/dev/null";

static struct patch_file *reading_patch(struct patch_reading *reading)
{
	return &reading->list.items[reading->list.count - 1];
}

static struct patch_entry *reading_entry(struct patch_reading *reading)
{
	struct patch_file *patch = reading_patch(reading);
	return &patch->entries[patch->count - 1];
}

/* The length of "CVE-YEAR-NUMBER" at a text that begins with "CVE-"; 0 if it is none. */
static size_t cve_measure(const char *text)
{
	static const char digits[] = "0123456789";
	if (strspn(text + 4, digits) != 4 || text[8] != '-')
		return 0;
	size_t number = strspn(text + 9, digits);
	return number < 4 ? 0 : 9 + number;
}

static void reading_add_cves(struct patch_reading *reading, const char *line)
{
	struct patch_file *patch = reading_patch(reading);
	for (const char *at = line; (at = strstr(at, "CVE-")); at++) {
		size_t length = cve_measure(at);
		bool is_known = !length;
		for (size_t i = 0; i < patch->cve_count && !is_known; i++)
			is_known = strlen(patch->cves[i]) == length &&
				   strncmp(patch->cves[i], at, length) == 0;
		if (is_known)
			continue;
		patch->cves = memory_resize(
			patch->cves, patch->cve_count + 1, sizeof(*patch->cves));
		patch->cves[patch->cve_count++] = memory_copy_range(at, length);
	}
}

static void reading_add_patch(struct patch_reading *reading)
{
	/* One that touches nothing is no patch: the introduction of a series. */
	if (reading->list.count && !reading_patch(reading)->count) {
		patch_file_deinit(reading_patch(reading));
		reading->list.count--;
	}
	array_add(&reading->list)->name = memory_copy_text(reading->name);
}

/* ---- paths ----------------------------------------------------------------------- */

/* The path without the stripped folders. */
static struct error *path_strip(const struct patch_reading *reading, const char *whole,
	unsigned strip, char **path)
{
	const char *rest = whole;
	if (whole[0] == '"')
		return error_refused("quoted-path", "%s:%lu: the path %s is quoted",
			reading->name, reading->line, whole);
	for (unsigned i = 0; i < strip; i++) {
		const char *slash = strchr(rest, '/');
		if (!slash)
			return error_hint(
				error_failed("%s:%lu: the path %s has fewer than %u "
					     "folders to strip",
					reading->name, reading->line, whole, strip),
				"try a smaller N in --strip=N, as in patch -pN; it is 1 "
				"by default, and 0 for a diff without a/ and b/");
		rest = slash + 1 + strspn(slash + 1, "/");
	}
	scope_free char *inner = memory_format("/%s/", rest);
	if (rest[0] == '/' || strstr(inner, "/../"))
		return error_refused("outside-path",
			"%s:%lu: the path %s is outside of the source tree",
			reading->name, reading->line, whole);
	scope_free char *normalized = file_normalize("/", rest[0] ? rest : ".");
	if (!normalized[0] || !normalized[1])
		return error_failed("%s:%lu: the path %s names no file", reading->name,
			reading->line, whole);
	*path = memory_copy_text(normalized + 1);
	return NULL;
}

/* The path of a --- or +++ line, up to a tab; null_path where there is no file. */
static struct error *path_read(
	const struct patch_reading *reading, const char *line, char **path)
{
	scope_free char *whole = memory_copy_range(line + 4, strcspn(line + 4, "\t"));
	if (strcmp(whole, null_path) == 0) {
		*path = memory_copy_text(null_path);
		return NULL;
	}
	return path_strip(reading, whole, reading->strip, path);
}

/* ---- headers of hunks ---------------------------------------------------------------
 */

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

/* Gives what follows the numbers, or NULL: it is no hunk's header. */
static const char *hunk_read_header(const char *line, struct patch_hunk *hunk)
{
	if (!text_has_prefix(line, "@@ -"))
		return NULL;
	const char *at =
		range_read(line + strlen("@@ -"), &hunk->old_line, &hunk->old_count);
	if (at && text_has_prefix(at, " +"))
		at = range_read(at + 2, &hunk->new_line, &hunk->new_count);
	else
		at = NULL;
	return at && text_has_prefix(at, " @@") ? at + strlen(" @@") : NULL;
}

/* ---- entries --------------------------------------------------------------------- */

/* Entry of the present patch, or of a new one where the path is in it already. */
static struct patch_entry *entry_add(
	struct patch_reading *reading, const char *path, const char *whole)
{
	const struct patch_file *patch = reading_patch(reading);
	for (size_t i = 0; i < patch->count; i++) {
		const struct patch_entry *entry = &patch->entries[i];
		bool is_old = entry->old_path && strcmp(entry->old_path, path) == 0;
		if (is_old || strcmp(entry->path, path) == 0) {
			scope_free char *title =
				patch->title ? memory_copy_text(patch->title) : NULL;
			reading_add_patch(reading);
			reading_patch(reading)->title = take_pointer(title);
			break;
		}
	}
	struct patch_file *present = reading_patch(reading);
	present->entries = memory_resize(
		present->entries, present->count + 1, sizeof(*present->entries));
	struct patch_entry *entry = &present->entries[present->count++];
	*entry = (struct patch_entry){
		.path = memory_copy_text(path), .whole_path = memory_copy_text(whole)};
	reading->is_open = true;
	reading->is_message = false;
	return entry;
}

static struct error *entry_end(struct patch_reading *reading)
{
	const struct patch_entry *entry =
		reading->is_open ? reading_entry(reading) : NULL;
	bool is_empty = entry && !entry->hunk_count && !reading->has_change;
	reading->is_open = false;
	reading->has_change = false;
	reading->is_git = false;
	if (is_empty)
		return error_failed("%s: names %s but has no hunk for it", reading->name,
			entry->whole_path);
	return NULL;
}

/* The path that "a/x b/x" names twice, where no other line has it. */
static struct error *git_read_names(const struct patch_reading *reading, char **path)
{
	const char *names = reading->git_names;
	for (const char *space = strchr(names, ' '); space;
		space = strchr(space + 1, ' ')) {
		scope_free char *first =
			memory_copy_range(names, (size_t)(space - names));
		scope_free char *old_path = NULL;
		scope_free char *new_path = NULL;
		try(path_strip(reading, first, reading->strip, &old_path));
		try(path_strip(reading, space + 1, reading->strip, &new_path));
		if (strcmp(old_path, new_path) == 0) {
			*path = take_pointer(new_path);
			return NULL;
		}
	}
	return error_failed("%s:%lu: not a valid header: diff --git %s", reading->name,
		reading->line, names);
}

/* The entry of diff --git, as soon as a line behind it needs it. */
static struct error *git_find_entry(
	struct patch_reading *reading, struct patch_entry **entry)
{
	scope_free char *path = NULL;
	if (!reading->is_open) {
		try(git_read_names(reading, &path));
		entry_add(reading, path, reading->git_names);
	}
	*entry = reading_entry(reading);
	return NULL;
}

static struct error *git_refuse_mode(
	const struct patch_reading *reading, const char *mode)
{
	static const struct {
		const char *mode;
		const char *reason;
		const char *what;
	} rows[] = {
		{"120000", "symbolic-link", "a symbolic link"},
		{"160000", "submodule", "a submodule"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_has_prefix(mode, rows[i].mode))
			return error_hint(
				error_refused(rows[i].reason,
					"%s:%lu: the patch changes %s: %s", reading->name,
					reading->line, rows[i].what, reading->git_names),
				"leave it out of the patch");
	}
	return NULL;
}

enum git_header {
	GIT_OLD_MODE,
	GIT_NEW_MODE,
	GIT_CREATED,
	GIT_DELETED,
	GIT_FROM,
	GIT_RENAMED,
	GIT_COPIED,
	GIT_BINARY,
	GIT_INDEX,
	GIT_NOTHING,
};

static const struct {
	const char *start;
	enum git_header header;
} git_headers[] = {
	{"old mode ", GIT_OLD_MODE},
	{"new mode ", GIT_NEW_MODE},
	{"new file mode ", GIT_CREATED},
	{"deleted file mode ", GIT_DELETED},
	{"rename from ", GIT_FROM},
	{"rename to ", GIT_RENAMED},
	{"copy from ", GIT_FROM},
	{"copy to ", GIT_COPIED},
	{"GIT binary patch", GIT_BINARY},
	{"Binary files ", GIT_BINARY},
	{"index ", GIT_INDEX},
	{"similarity index ", GIT_NOTHING},
	{"dissimilarity index ", GIT_NOTHING},
};

/* Row of git_headers; -1 if the line is none of them. */
static int git_find_header(const char *line)
{
	for (size_t i = 0; i < sizeof(git_headers) / sizeof(git_headers[0]); i++) {
		if (text_has_prefix(line, git_headers[i].start))
			return (int)i;
	}
	return -1;
}

/* Paths there have no a/ and b/. */
static struct error *git_read_bare(
	const struct patch_reading *reading, const char *whole, char **path)
{
	return path_strip(reading, whole, reading->strip ? reading->strip - 1 : 0, path);
}

/* "rename to" and "copy to" follow the line with the old path. */
static struct error *git_start_moved(
	struct patch_reading *reading, enum patch_change change, const char *whole)
{
	scope_free char *path = NULL;
	if (!reading->old_path)
		return error_failed("%s:%lu: a new name without an old one: %s",
			reading->name, reading->line, whole);
	try(git_read_bare(reading, whole, &path));
	struct patch_entry *entry = entry_add(reading, path, whole);
	entry->old_path = take_pointer(reading->old_path);
	entry->change = change;
	reading->has_change = true;
	return NULL;
}

static struct error *git_read_header(
	struct patch_reading *reading, int row, const char *line)
{
	const char *value = line + strlen(git_headers[row].start);
	struct patch_entry *entry;
	switch (git_headers[row].header) {
	case GIT_OLD_MODE:
	case GIT_NEW_MODE:
	case GIT_CREATED:
	case GIT_DELETED:
		try(git_refuse_mode(reading, value));
		try(git_find_entry(reading, &entry));
		reading->has_change = true;
		if (git_headers[row].header == GIT_CREATED)
			entry->change = PATCH_CREATED;
		if (git_headers[row].header == GIT_DELETED)
			entry->change = PATCH_DELETED;
		return NULL;
	case GIT_FROM:
		free(reading->old_path);
		reading->old_path = NULL;
		return git_read_bare(reading, value, &reading->old_path);
	case GIT_RENAMED:
		return git_start_moved(reading, PATCH_RENAMED, value);
	case GIT_COPIED:
		return git_start_moved(reading, PATCH_COPIED, value);
	case GIT_BINARY:
		try(git_find_entry(reading, &entry));
		entry->is_binary = true;
		reading->has_change = true;
		return NULL;
	case GIT_INDEX:
		value = strrchr(line, ' ') + 1;
		return git_refuse_mode(reading, value);
	case GIT_NOTHING:
		return NULL;
	}
	return NULL;
}

static const char *line_skip(const char *text)
{
	text += strcspn(text, "\n");
	return text + (*text == '\n');
}

/* Names of a file, and a hunk. In the words of a mail, a line may begin like a name. */
static bool is_diff(const char *text)
{
	struct patch_hunk hunk;
	const char *second = line_skip(text);
	return text_has_prefix(text, "--- ") && text_has_prefix(second, "+++ ") &&
	       hunk_read_header(line_skip(second), &hunk);
}

/* "diff --git" in the words of a mail has no header behind it. */
static bool git_is_start(const struct patch_reading *reading, const char *line)
{
	return text_has_prefix(line, "diff --git ") &&
	       (git_find_header(reading->rest) >= 0 || is_diff(reading->rest));
}

static struct error *git_start(struct patch_reading *reading, const char *line)
{
	try(entry_end(reading));
	free(reading->git_names);
	reading->git_names = memory_copy_text(line + strlen("diff --git "));
	free(reading->old_path);
	reading->old_path = NULL;
	reading->is_git = true;
	reading->is_message = false;
	return NULL;
}

/* diff -N gives a file that is not there a time: the first second of 1970. */
static bool is_emptied(const struct patch_reading *reading, const char *line)
{
	struct patch_hunk hunk;
	bool is_past = strstr(line, "\t1970-01-01 ") || strstr(line, "\t1969-12-31 ");
	return is_past && hunk_read_header(reading->rest, &hunk) && !hunk.new_line &&
	       !hunk.new_count;
}

/* The +++ line: the entry's, unless git's headers have made it. */
static struct error *entry_start(struct patch_reading *reading, const char *line)
{
	scope_free char *path = NULL;
	scope_free char *old_path = take_pointer(reading->old_path);
	try(path_read(reading, line, &path));
	bool is_deleted = strcmp(path, null_path) == 0 || is_emptied(reading, line);
	if (is_deleted && reading->is_created)
		return error_failed(
			"%s:%lu: both names are /dev/null", reading->name, reading->line);
	bool is_known = reading->is_git && reading->is_open;
	reading->is_git = false;
	if (is_known)
		return NULL;
	try(entry_end(reading));
	scope_free char *whole = memory_copy_range(line + 4, strcspn(line + 4, "\t"));
	struct patch_entry *entry = entry_add(
		reading, is_deleted ? old_path : path, is_deleted ? old_path : whole);
	if (is_deleted)
		entry->change = PATCH_DELETED;
	else if (reading->is_created)
		entry->change = PATCH_CREATED;
	return NULL;
}

/* ---- hunks ----------------------------------------------------------------------- */

/* A hunk that is complete belongs to its entry. Behind it there may be one more line, "\
 * No newline at end of file". */
static void hunk_end(struct patch_reading *reading)
{
	if (reading->old_left || reading->new_left)
		return;
	struct patch_entry *entry = reading_entry(reading);
	struct patch_hunk *hunk = &reading->hunk;
	hunk->old_text =
		memory_copy_text(reading->old_text.data ? reading->old_text.data : "");
	hunk->body = memory_copy_text(reading->body.data ? reading->body.data : "");
	text_deinit(&reading->old_text);
	text_deinit(&reading->body);
	entry->hunks =
		memory_resize(entry->hunks, entry->hunk_count + 1, sizeof(*entry->hunks));
	entry->hunks[entry->hunk_count++] = *hunk;
	*hunk = (struct patch_hunk){0};
	reading->hunk_line = reading->line;
}

static struct error *hunk_start(struct patch_reading *reading, const char *line)
{
	struct patch_hunk hunk = {0};
	const char *at = hunk_read_header(line, &hunk);
	if (!at && reading->is_message)
		return NULL;
	if (!at)
		return error_failed("%s:%lu: not a valid hunk header: %s", reading->name,
			reading->line, line);
	if (!reading->is_open || reading->is_git)
		return error_failed("%s:%lu: a hunk without a file name before it",
			reading->name, reading->line);
	const char *heading = at + strspn(at, " \t");
	size_t length = strlen(heading);
	while (length && strchr(" \t", heading[length - 1]))
		length--;
	hunk.heading = memory_copy_range(heading, length);
	reading->old_left = hunk.old_count;
	reading->new_left = hunk.new_count;
	reading->hunk = hunk;
	hunk_end(reading);
	return NULL;
}

/* "\ No newline at end of file" */
static void hunk_add_mark(struct patch_reading *reading, const char *line)
{
	if (reading->old_left || reading->new_left) {
		text_add_format(&reading->body, "%s\n", line);
		return;
	}
	struct patch_entry *entry = reading_entry(reading);
	struct patch_hunk *hunk = &entry->hunks[entry->hunk_count - 1];
	scope_free char *body = hunk->body;
	hunk->body = memory_format("%s%s\n", body, line);
}

/* Directly behind a hunk: a line of it that its header does not count? "-- " is how a
 * mail's signature begins. */
static bool hunk_goes_on(const char *line)
{
	return line[0] && strchr("+- ", line[0]) && strcmp(line, "-- ") != 0 &&
	       strcmp(line, "--") != 0 && !text_has_prefix(line, "---");
}

static struct error *hunk_read_body(struct patch_reading *reading, const char *line)
{
	bool is_old = line[0] != '+';
	bool is_new = line[0] != '-';
	/* Mailers strip the space of an empty context line. */
	if (!strchr("+- ", line[0]) || (is_old && !reading->old_left) ||
		(is_new && !reading->new_left))
		return error_failed(
			"%s:%lu: the hunk does not have as many lines as its header "
			"says",
			reading->name, reading->line);
	reading->old_left -= is_old;
	reading->new_left -= is_new;
	if (is_old)
		text_add_format(&reading->old_text, "%s\n", line[0] ? line + 1 : "");
	text_add_format(&reading->body, "%s\n", line[0] ? line : " ");
	hunk_end(reading);
	return NULL;
}

/* ---- the text -------------------------------------------------------------------- */

static struct error *read_old_name(struct patch_reading *reading, const char *line)
{
	free(reading->old_path);
	reading->old_path = NULL;
	try(path_read(reading, line, &reading->old_path));
	reading->is_created = strcmp(reading->old_path, null_path) == 0;
	return NULL;
}

static struct error *read_mail_start(struct patch_reading *reading)
{
	try(entry_end(reading));
	reading_add_patch(reading);
	reading->is_message = true;
	return NULL;
}

static struct error *read_line(
	struct patch_reading *reading, const char *line, const char *whole)
{
	bool is_first = reading->line == 1;
	bool is_body = reading->old_left || reading->new_left;
	bool is_behind = reading->hunk_line && reading->line == reading->hunk_line + 1;
	if (line[0] == '\\' && (is_body || is_behind)) {
		hunk_add_mark(reading, line);
		return NULL;
	}
	if (is_body)
		return hunk_read_body(reading, line);
	if (is_behind && hunk_goes_on(line))
		return error_failed(
			"%s:%lu: the hunk has more lines than its header says",
			reading->name, reading->line);
	try(patch_mail_check_line(reading->name, reading->line, line));
	if (patch_mail_is_start(line) || (is_first && patch_mail_is_header(line)))
		try(read_mail_start(reading));
	reading_add_cves(reading, line);
	if (reading->is_message && !reading_patch(reading)->title)
		reading_patch(reading)->title = patch_mail_find_title(whole);
	if (git_is_start(reading, line))
		return git_start(reading, line);
	int row = git_find_header(line);
	if (reading->is_git && row >= 0)
		return git_read_header(reading, row, line);
	if (text_has_prefix(line, "--- ") && (!reading->is_message || is_diff(whole)))
		return read_old_name(reading, line);
	if (text_has_prefix(line, "+++ ") && reading->old_path)
		return entry_start(reading, line);
	if (text_has_prefix(line, "@@ -"))
		return hunk_start(reading, line);
	if (row >= 0 && git_headers[row].header == GIT_BINARY && !reading->is_message &&
		!(reading->is_open && reading_entry(reading)->is_binary))
		return error_hint(error_refused("binary-file",
					  "%s:%lu: the patch changes a binary file: %s",
					  reading->name, reading->line, line),
			"leave it out of the patch");
	return NULL;
}

static struct error *read_lines(struct patch_reading *reading, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		reading->rest = text + length + (text[length] == '\n');
		bool is_body = reading->old_left || reading->new_left;
		bool has_return = length && text[length - 1] == '\r';
		if (!is_body && text_has_prefix(text, "--- "))
			reading->has_returns = has_return;
		bool is_cut = has_return && (!is_body || reading->has_returns);
		scope_free char *line = memory_copy_range(text, length - is_cut);
		reading->line++;
		try(read_line(reading, line, text));
		text = reading->rest;
	}
	if (reading->old_left || reading->new_left)
		return error_failed("%s:%lu: the patch ends in the middle of a hunk",
			reading->name, reading->line);
	return entry_end(reading);
}

static struct error *read_all(struct patch_reading *reading, const char *text)
{
	reading_add_patch(reading);
	try(read_lines(reading, text));
	if (reading_patch(reading)->count)
		return NULL;
	if (reading->list.count == 1)
		return error_hint(error_failed("%s: contains no patch", reading->name),
			"make a unified diff, with 'diff -u' or 'git diff'");
	return error_failed("%s: its last mail contains no patch", reading->name);
}

static void hunk_deinit(struct patch_hunk *hunk)
{
	free(hunk->heading);
}

/* "fix.mbox, patch 2": where there are several, each has a name of its own. */
static void list_number(struct patch_list *list, const char *name)
{
	for (size_t i = 0; i < list->count && list->count > 1; i++) {
		free(list->items[i].name);
		list->items[i].name = memory_format("%s, patch %zu", name, i + 1);
	}
}

struct error *patch_reader_read(
	const char *name, const char *text, unsigned strip, struct patch_list *list)
{
	struct patch_reading reading = {.name = name, .strip = strip};
	struct error *error = read_all(&reading, text);
	free(reading.old_path);
	free(reading.git_names);
	text_deinit(&reading.old_text);
	text_deinit(&reading.body);
	hunk_deinit(&reading.hunk);
	if (!error) {
		list_number(&reading.list, name);
		for (size_t i = 0; i < reading.list.count; i++) {
			*array_add(list) = reading.list.items[i];
			reading.list.items[i] = (struct patch_file){0};
		}
	}
	patch_list_deinit(&reading.list);
	return error;
}

struct error *patch_reader_read_one(
	const char *name, const char *text, unsigned strip, struct patch_file *patch)
{
	scope_patch_list struct patch_list list = {0};
	try(patch_reader_read(name, text, strip, &list));
	if (list.count > 1)
		return error_refused("repeated-file",
			"%s: the patch changes %s a second time", name,
			list.items[1].entries[0].path);
	*patch = list.items[0];
	list.items[0] = (struct patch_file){0};
	return NULL;
}

void patch_list_deinit(struct patch_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		patch_file_deinit(&list->items[i]);
	free(list->items);
	*list = (struct patch_list){0};
}
