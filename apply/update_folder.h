/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_folder.h - a folder of updates: which of them are for the running kernel
 */
#ifndef KSPLICE_APPLY_UPDATE_FOLDER_H
#define KSPLICE_APPLY_UPDATE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "apply/update_archive.h"

struct error;

/* A file of the folder that is no update, or cannot be read. */
struct update_folder_failure {
	char *name;
	struct error *error;
};

struct update_folder {
	/* Those for the running kernel, in the order in which they were made. */
	struct update_archive *archives;
	size_t count;
	bool is_folder; /* false: the path was that of one file */
	char **skipped; /* files for other kernels */
	size_t skipped_count;
	struct update_folder_failure *failed; /* only with update_folder_open_all */
	size_t failed_count;
};

/*
 * Opens each ksplice-*.tar.gz of the folder, or the one file that path names. A file that
 * is no update is an error. So is a folder without any.
 */
struct error *update_folder_open(const char *path, struct update_folder *folder);

/*
 * The same of a folder in which one damaged file must not keep the others out: those that
 * cannot be opened are in failed. A folder that is empty or not there is fine.
 */
struct error *update_folder_open_all(const char *path, struct update_folder *folder);

/* The names of all files in the folder that are named like updates, sorted; free each and
 * the array. None, or no folder, is fine. */
struct error *update_folder_list(const char *path, char ***names, size_t *count);

/* For one that was opened, or is all zero. */
void update_folder_deinit(struct update_folder *folder);

#define scope_folder __attribute__((cleanup(update_folder_deinit)))

#endif
