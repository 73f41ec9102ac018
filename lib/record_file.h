/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_file.h - reads and writes the file of a build record (docs/FORMAT.md)
 *
 * Records are zstd frames. Most of a record is a list of headers that neighbouring
 * objects read too. So the first long record of a tree is the dictionary of all later
 * ones: they take half the space, and less time to compress.
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
 * KSPLICE_RECORD_DIR above path. A file that is not a zstd frame is JSON already.
 */
struct error *record_file_read(const char *path, struct text *text);

#endif
