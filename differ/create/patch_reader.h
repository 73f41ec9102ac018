/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_reader.h - reads the text of patches: diffs, mails, files of several mails
 *
 * A diff begins with "--- " and "+++ " lines and a hunk, or with "diff --git" and git's
 * extended headers. What stands in front of it, and between two of them, is the words of
 * its author.
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_READER_H
#define KSPLICE_DIFFER_CREATE_PATCH_READER_H

#include <stddef.h>

struct error;
struct patch_file;

/* Zero-initialise it; patch_list_deinit ends it. */
struct patch_list {
	struct patch_file *items;
	size_t count;
	size_t capacity;
};

/*
 * Appends to the list the patches in the text, which messages call name; strip is the
 * number of leading folders that are not part of the paths (patch -p). A mail starts a
 * new patch, and so does a file that is touched a second time. Refused by name: symbolic
 * links, submodules, quoted paths, paths that lead out of the tree, encoded mails. The
 * list is unchanged on failure.
 */
struct error *patch_reader_read(
	const char *name, const char *text, unsigned strip, struct patch_list *list);

/* As patch_reader_read, for a text that is one patch; refused as repeated-file if a file
 * is touched twice. Free with patch_file_deinit. */
struct error *patch_reader_read_one(
	const char *name, const char *text, unsigned strip, struct patch_file *patch);

void patch_list_deinit(struct patch_list *list);

#define scope_patch_list __attribute__((cleanup(patch_list_deinit)))

#endif
