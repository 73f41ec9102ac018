// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_folder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "apply/update_install.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

typedef array_of(struct update_archive) archive_array;
typedef array_of(char *) name_array;

void update_folder_deinit(struct update_folder *folder)
{
	for (size_t i = 0; i < folder->count; i++)
		update_archive_deinit(&folder->archives[i]);
	for (size_t i = 0; i < folder->skipped_count; i++)
		free(folder->skipped[i]);
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

/* The paths of all updates in the folder, sorted. */
static struct error *update_folder_list(const char *path, name_array *paths)
{
	DIR *directory = opendir(path);
	if (!directory)
		return error_errno("%s", path);
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (text_has_prefix(entry->d_name, "ksplice-") &&
			text_has_suffix(entry->d_name, ".tar.gz"))
			*array_add(paths) = file_join(path, entry->d_name);
	}
	closedir(directory);
	if (!paths->count)
		return error_hint(error_failed("%s: contains no updates", path),
			"an update is a file ksplice-ID.tar.gz that ksplice-create made");
	qsort(paths->items, paths->count, sizeof(*paths->items),
		update_folder_compare_names);
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

struct error *update_folder_open(const char *path, struct update_folder *folder)
{
	scope_folder struct update_folder opened = {0};
	archive_array archives = {0};
	name_array skipped = {0};
	name_array paths = {0};

	if (!file_is_folder(path))
		return update_folder_open_file(path, folder);
	opened.is_folder = true;
	struct error *error = update_folder_list(path, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		if (!error)
			error = update_folder_add(
				paths.items[i], &opened, &archives, &skipped);
		free(paths.items[i]);
	}
	free(paths.items);
	if (error)
		return error;
	if (opened.count)
		qsort(opened.archives, opened.count, sizeof(*opened.archives),
			update_folder_compare);
	*folder = opened;
	opened = (struct update_folder){0};
	return NULL;
}
