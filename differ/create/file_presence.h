/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_presence.h - files that a patch adds, deletes or renames
 *
 *     series_apply.h ─▶ file_presence ─▶ refused, or the units that may notice
 *                                                        └─▶ update_plan.h
 *
 * Which units read an existing file is recorded. A file that is added may be found where
 * the search for another file of that name went on so far; and __has_include() asks for
 * files that nobody reads. Such units are compiled and compared like the readers of a
 * patched header. Nothing is found in a folder that does not exist, so that is refused.
 */
#ifndef KSPLICE_DIFFER_CREATE_FILE_PRESENCE_H
#define KSPLICE_DIFFER_CREATE_FILE_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct index;
struct index_unit;
struct kernel_tree;
struct patched_file;
struct record;

/* Is the file one that is only before, or only behind the patch? */
bool file_presence_changes(const struct patched_file *file);

/*
 * Refuses by name what the build would notice other than by an #include: the source of an
 * object, a name that kbuild makes a file for, a folder that is not there.
 */
struct error *file_presence_check(const struct kernel_tree *tree,
	const struct index *index, const struct patched_file *file);

/* Beside those that read the file: the units of the index, whatever their state, that may
 * come out otherwise with or without it. Free with index_free_units. */
struct error *file_presence_list_units(const struct kernel_tree *tree,
	const struct index *index, const struct patched_file *file,
	struct index_unit **units, size_t *count);

/* The parts of that search: does the text of the file use __has_include(); may the
 * compile of the record find the file of that absolute path, once it is there, in place
 * of one of the same name that it read? */
bool file_presence_is_asked(const char *path);
struct error *file_presence_may_be_found(
	const char *path, const struct record *record, bool *may_be_found);

#endif
