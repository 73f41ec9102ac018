/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shadow.h - the patched files, in a folder of their own
 *
 * The user's tree is never written. Patched files are copied and patched there; the
 * compiler runs the recorded command and opens them in place of the originals
 * (abi/shadow_list.h). It finds the files that the patch adds, and not those that it
 * deletes. So names, and what follows from them, are those of the build.
 */
#ifndef KSPLICE_DIFFER_CREATE_SHADOW_H
#define KSPLICE_DIFFER_CREATE_SHADOW_H

#include <stdbool.h>

struct error;
struct json_t;
struct kernel_tree;
struct patch_file;
struct patch_list;
struct patched_file;
struct patched_files;
struct record;

/* What the compiler reads in place of an original. */
enum shadow_form {
	SHADOW_APPLIED, /* what patch(1) made of it: for messages about lines */
	SHADOW_MARKED,  /* the same with old line numbers: to be compared with pre */
};

/*
 * Makes folder (which must not exist) with the patched files: the patches are applied to
 * copies of the tree's files (series_apply.h, which has files, warnings and work).
 */
struct error *shadow_create(const struct kernel_tree *tree,
	const struct patch_list *patches, const char *folder, const char *work,
	struct patched_files *files, struct json_t *warnings);

/* The hunks, without context, between the original file and what the patches made of it;
 * no entry where they are equal, or where nothing is left. Free with patch_file_deinit.
 */
struct error *shadow_compare(const struct kernel_tree *tree,
	const struct patched_file *file, const char *folder,
	struct patch_file *difference);

/* The list of files for the compiler; the caller frees the path. */
char *shadow_find_list(const char *folder, enum shadow_form form);

/* Do the preloaded library's notes say that it opened this file's replacement? */
bool shadow_has_opened(const char *log, const char *original);

/* Do they say that it was in the compiler proper? A file that the patch adds or deletes
 * may leave no other trace. */
bool shadow_was_there(const char *log);

/*
 * Did the compiler open the patched file of each original that it read, and none that
 * the patch deletes? unit is the plugin's part of that compile, which ran in the folder
 * of record; log is what the preloaded library wrote. Refused by name if not.
 */
struct error *shadow_check(const struct kernel_tree *tree,
	const struct patched_files *files, const struct record *record,
	const struct record *unit, const char *log);

#endif
