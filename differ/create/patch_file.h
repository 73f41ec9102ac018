/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_file.h - a unified diff: which files it touches, and how
 *
 * Format: POSIX diff -u, with git's extended headers (git-diff(1), "generating patch
 * text with -p"). The work of applying it is patch(1)'s.
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_FILE_H
#define KSPLICE_DIFFER_CREATE_PATCH_FILE_H

#include <stddef.h>

struct error;

struct patch_hunk {
	unsigned long old_line;  /* as in the header: of the first line, or of the line */
	unsigned long old_count; /* before where the count is 0 */
	unsigned long new_line;
	unsigned long new_count;
	char *heading;  /* what the header says of the function; may be empty */
	char *old_text; /* its lines before the change, each with its end */
};

struct patch_entry {
	char *path;       /* relative to the source tree, leading folders stripped */
	char *whole_path; /* as the diff has it */
	struct patch_hunk *hunks;
	size_t hunk_count;
};

struct patch_file {
	struct patch_entry *entries;
	size_t count;
};

/*
 * Reads the text of a diff; strip is the number of leading folders that are not part
 * of the paths (patch -p). Refused by name: files that are created, deleted or renamed,
 * changed modes, binary diffs, paths that lead out of the tree.
 */
struct error *patch_file_read(
	const char *name, const char *text, unsigned strip, struct patch_file *patch);
void patch_file_deinit(struct patch_file *patch);

#define scope_patch_file __attribute__((cleanup(patch_file_deinit)))

#endif
