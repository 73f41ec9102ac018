/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_file.h - a build record as it lies on disk (docs/FORMAT.md)
 *
 * Records are zstd frames. Most of a record is a list of headers that its neighbours
 * read too, so the first long record of a tree is the dictionary of all that follow:
 * they take half the room, and less time to compress.
 */
#ifndef KSPLICE_LIB_RECORD_FILE_H
#define KSPLICE_LIB_RECORD_FILE_H

struct error;
struct text;

/*
 * Puts the record at path in one step. folder: of all records of that tree, above
 * path; it gets its dictionary here if it has none yet. NULL: there is no dictionary.
 */
struct error *record_file_write(
	const char *folder, const char *path, const struct text *json);

/*
 * Adds the record's JSON to text. The dictionary is looked for in the folder named
 * KSPLICE_RECORD_DIR above path. A file that is no zstd frame is taken as it is.
 */
struct error *record_file_read(const char *path, struct text *text);

#endif
