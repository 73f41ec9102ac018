/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_file.h - a unified diff: which files it touches, and how
 *
 *     text ─▶ patch_reader.h ─▶ struct patch_file ─▶ series_apply.h
 *
 * Format: POSIX diff -u, with git's extended headers (git-diff(1), "generating patch
 * text with -p").
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_FILE_H
#define KSPLICE_DIFFER_CREATE_PATCH_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct text;

struct patch_hunk {
	unsigned long old_line;  /* as in the header: of the first line, or of the line */
	unsigned long old_count; /* before where the count is 0 */
	unsigned long new_line;
	unsigned long new_count;
	char *heading;  /* what the header says of the function; may be empty */
	char *old_text; /* its lines before the change, each with its end */
	char *body;     /* its lines as in the diff, each with its end */
};

/* What becomes of a file as such. */
enum patch_change {
	PATCH_EDITED,
	PATCH_CREATED,
	PATCH_DELETED,
	PATCH_RENAMED, /* and may be edited, too */
	PATCH_COPIED,  /* likewise */
};

struct patch_entry {
	char *path;     /* relative to the source tree, leading folders stripped */
	char *old_path; /* of a renamed or copied file: what it was, likewise; or NULL */
	char *whole_path; /* as the diff has it */
	enum patch_change change;
	bool is_binary; /* its content is not known */
	struct patch_hunk *hunks;
	size_t hunk_count; /* 0 if only name or mode change */
};

/* One patch: no file is in it twice. */
struct patch_file {
	char *name;  /* what messages call it */
	char *title; /* the subject, if it came as a mail; or NULL */
	char **cves; /* numbers that its author's words name, "CVE-2024-1234" */
	size_t cve_count;
	struct patch_entry *entries;
	size_t count;
};

/* Is it among those that patch(1) has to apply: an old text, and hunks? */
bool patch_entry_is_edit(const struct patch_entry *entry);

/* Adds the edits as a diff without leading folders in its paths, and without anything
 * else that a patch may contain. */
void patch_file_print(const struct patch_file *patch, struct text *text);

/* Adds the text that the hunk has before, or behind, the change; what lacks the end of
 * its last line in the diff lacks it here. */
void patch_hunk_print_side(const struct patch_hunk *hunk, bool is_new, struct text *text);

void patch_file_deinit(struct patch_file *patch);

#define scope_patch_file __attribute__((cleanup(patch_file_deinit)))

#endif
