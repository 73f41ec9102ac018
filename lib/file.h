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
 * As file_read, for a file from an unknown author: it must be a regular file of at most
 * `most` bytes. Follows no symbolic link, and never waits for a pipe or a device.
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
 * Renames a folder that was filled under a temporary name. If the new name exists
 * already, another process was faster and its folder stays; the caller removes its own.
 */
struct error *file_name_folder(const char *folder, const char *name);

/* Removes a file, or a folder with its content. It need not exist. */
struct error *file_remove(const char *path);

bool file_exists(const char *path);
bool file_is_folder(const char *path);

/* folder/name, or name alone where it is absolute; the caller frees it. */
char *file_join(const char *folder, const char *name);

/* The folder that holds path ("." if there is none); the caller frees it. */
char *file_parent(const char *path);

/* The part after the last slash; points into path. */
const char *file_name(const char *path);

/*
 * The path without "." and "..", made from its text alone: symbolic links are not read,
 * and the file need not exist. A relative path starts at folder. The caller frees it.
 */
char *file_normalize(const char *folder, const char *path);

/* True if path (normalised, absolute) is below folder (same); then *rest is the
 * part of it that follows, pointing into path. */
bool file_is_below(const char *folder, const char *path, const char **rest);

#endif
