// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "apply/update_install.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

typedef array_of(struct update_archive) archive_array;
typedef array_of(char *) name_array;
typedef array_of(struct update_folder_failure) failure_array;

void update_folder_deinit(struct update_folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		update_archive_deinit(&folder->archives[i]);
	for (size_t i = 0; i < folder->skipped_count; i++)
		free(folder->skipped[i]);
	for (size_t i = 0; i < folder->failed_count; i++) {
		free(folder->failed[i].name);
		error_free(folder->failed[i].error);
	}
	free(folder->failed);
	free(folder->archives);
	free(folder->skipped);
	*folder = (struct update_folder){0};
}

/* By the time at which they were made, then by name: so one that builds on another comes
 * after it. */
static int update_folder_compare(const void *left, const void *right)
{
	const struct update_archive *first = left;
	const struct update_archive *second = right;
	int order = strcmp(update_archive_created(first), update_archive_created(second));
	return order ? order : strcmp(first->path, second->path);
}

static struct error *update_folder_add(const char *path, struct update_folder *folder,
	archive_array *archives, name_array *skipped)
{
	scope_archive struct update_archive archive = {0};
	try(update_archive_open(path, &archive));
	scope_error struct error *error = update_install_check_kernel(&archive);
	if (!error) {
		*array_add(archives) = archive;
		archive = (struct update_archive){0};
	} else if (error_get_reason(error) &&
		   !strcmp(error_get_reason(error), "other-kernel")) {
		*array_add(skipped) = memory_copy_text(file_name(path));
	} else {
		return take_pointer(error);
	}
	folder->archives = archives->items;
	folder->count = archives->count;
	folder->skipped = skipped->items;
	folder->skipped_count = skipped->count;
	return NULL;
}

static int update_folder_compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

struct error *update_folder_list(const char *path, char ***names, size_t *count)
{
	name_array found = {0};
	DIR *directory = opendir(path);

	if (!directory && errno != ENOENT)
		return error_errno("%s", path);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		if (text_has_prefix(entry->d_name, "ksplice-") &&
			text_has_suffix(entry->d_name, ".tar.gz"))
			*array_add(&found) = memory_copy_text(entry->d_name);
	}
	if (directory)
		closedir(directory);
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items),
			update_folder_compare_names);
	*names = found.items;
	*count = found.count;
	return NULL;
}

/* The one file that the user named is for this kernel, or that is an error. */
static struct error *update_folder_open_file(
	const char *path, struct update_folder *folder)
{
	scope_archive struct update_archive archive = {0};
	try(update_archive_open(path, &archive));
	folder->archives = memory_allocate(sizeof(archive));
	folder->archives[0] = archive;
	folder->count = 1;
	archive = (struct update_archive){0};
	return NULL;
}

/* Opens all files; those that fail go to failures, or end it if that is NULL. */
static struct error *update_folder_open_files(
	const char *path, struct update_folder *folder, failure_array *failures)
{
	scope_folder struct update_folder opened = {.is_folder = true};
	archive_array archives = {0};
	name_array skipped = {0};
	struct error *error = NULL;
	char **names = NULL;
	size_t count = 0;

	try(update_folder_list(path, &names, &count));
	for (size_t i = 0; i < count; i++) {
		scope_free char *name = names[i];
		scope_free char *file = file_join(path, name);
		if (error)
			continue;
		error = update_folder_add(file, &opened, &archives, &skipped);
		if (!error || !failures || process_interruption())
			continue;
		*array_add(failures) = (struct update_folder_failure){
			take_pointer(name), take_pointer(error)};
	}
	free(names);
	if (failures) {
		opened.failed = failures->items;
		opened.failed_count = failures->count;
	}
	if (error)
		return error;
	if (opened.count)
		qsort(opened.archives, opened.count, sizeof(*opened.archives),
			update_folder_compare);
	*folder = opened;
	opened = (struct update_folder){0};
	return NULL;
}

struct error *update_folder_open_all(const char *path, struct update_folder *folder)
{
	failure_array failures = {0};
	return update_folder_open_files(path, folder, &failures);
}

struct error *update_folder_open(const char *path, struct update_folder *folder)
{
	if (!file_is_folder(path))
		return update_folder_open_file(path, folder);
	scope_folder struct update_folder opened = {0};
	try(update_folder_open_files(path, &opened, NULL));
	if (!opened.count && !opened.skipped_count)
		return error_hint(error_failed("%s: contains no updates", path),
			"an update is a file ksplice-ID.tar.gz that ksplice-create made");
	*folder = opened;
	opened = (struct update_folder){0};
	return NULL;
}
