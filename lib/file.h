/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - files, folders and paths
 */
#ifndef KSPLICE_LIB_FILE_H
#define KSPLICE_LIB_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct text;

/* Adds the whole file to text. */
struct error *file_read(const char *path, struct text *text);

/*
 * As file_read, for a file that a stranger made: it must be a regular file of at most so
 * many bytes. No symbolic link is followed, and nobody waits for a pipe or a device.
 */
struct error *file_read_plain(const char *path, size_t most, struct text *text);

/*
 * Puts the bytes at path in one step: a temporary file beside it is written and
 * renamed, so a reader sees the old file or the new one. Folders are made.
 */
struct error *file_write(const char *path, const void *data, size_t size);

/* Makes a folder and those above it; one that exists is fine. */
struct error *file_make_folder(const char *path);

/* Makes the folders above path. */
struct error *file_make_parent(const char *path);

/* Makes an empty folder with a new name in $TMPDIR or /tmp; the caller frees it. */
struct error *file_make_temporary(const char *prefix, char **path);

/*
 * Gives a folder that was filled under another name its own. Where there is one by now,
 * somebody else was faster, and that one counts; the caller removes what is left.
 */
struct error *file_name_folder(const char *folder, const char *name);

/* Removes a file, or a folder with all that is in it. What is not there is fine. */
struct error *file_remove(const char *path);

bool file_exists(const char *path);
bool file_is_folder(const char *path);

/* folder/name, or name alone where it is absolute; the caller frees it. */
char *file_join(const char *folder, const char *name);

/* The folder that holds path ("." if there is none); the caller frees it. */
char *file_parent(const char *path);

/* What follows the last slash; points into path. */
const char *file_name(const char *path);

/*
 * The path without "." and "..", taken from folder if relative, by its text alone:
 * symbolic links are not looked at, and the file need not exist. The caller frees it.
 */
char *file_normalize(const char *folder, const char *path);

/* True if path (normalised, absolute) is below folder (same); then *rest is the
 * part of it that follows, pointing into path. */
bool file_is_below(const char *folder, const char *path, const char **rest);

#endif
