// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Of manifest.json; others are refused. */
#define MANIFEST_FORMAT 2
#define FOLDER_PREFIX "ksplice-"

void update_archive_deinit(struct update_archive *archive)
{
	if (archive->folder)
		error_free(file_remove(archive->folder));
	free(archive->folder);
	free(archive->id);
	free(archive->module_path);
	free(archive->build_id);
	free(archive->kernel_release);
	free(archive->kernel_version);
	*archive = (struct update_archive){0};
}

static struct error *update_archive_not_one(const char *path, const char *problem)
{
	return error_hint(error_failed("%s: %s", path, problem),
		"an update is a file ksplice-<id>.tar.gz that ksplice-create made");
}

static struct error *update_archive_unpack(const char *path, const char *folder)
{
	/* No owners: we are root, and the archive's are a stranger's. */
	const char *const arguments[] = {
		"tar", "-x", "-z", "-o", "-f", path, "-C", folder, NULL};
	scope_text struct text errors = {0};
	struct process_request request = {
		.arguments = arguments, .output = &errors, .errors = &errors};
	int status = 0;
	try(process_run(&request, &status));
	if (!status)
		return NULL;
	char *newline = errors.data ? strchr(errors.data, '\n') : NULL;
	if (newline)
		*newline = '\0';
	scope_free char *problem = memory_format(
		"is damaged or no update (%s)", errors.size ? errors.data : "tar failed");
	return update_archive_not_one(path, problem);
}

/* The one folder in the archive. NULL if there is none, or several. */
static char *update_archive_find_root(const char *folder)
{
	DIR *directory = opendir(folder);
	char *root = NULL;
	int count = 0;

	if (!directory)
		return NULL;
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		count++;
		free(root);
		root = file_join(folder, entry->d_name);
	}
	closedir(directory);
	if (count == 1 && text_has_prefix(file_name(root), FOLDER_PREFIX))
		return root;
	free(root);
	return NULL;
}

/* The names in a manifest become paths here and names in /sys: no others. */
static bool update_archive_is_id(const char *id)
{
	size_t length = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz");
	return length && !id[length] && length < KSPLICE_ID_SIZE;
}

static struct error *update_archive_read_target(const char *path, const char *root,
	const struct json_t *manifest, struct update_archive *archive)
{
	const struct json_t *targets = json_find(manifest, "targets");
	const struct json_t *target = json_find_item(targets, 0);
	const char *name = json_find_text(target, "name");
	const char *build_id = json_find_text(target, "build_id");
	const char *module = json_find_text(target, "module");

	if (!name || !build_id || !module || !*module || strchr(module, '/'))
		return update_archive_not_one(path, "manifest.json: names no target");
	if (json_count_items(targets) != 1 || strcmp(name, KSPLICE_TARGET_VMLINUX))
		return error_refused("target-kind",
			"%s: changes %s, and this version can only change the kernel image",
			path,
			strcmp(name, KSPLICE_TARGET_VMLINUX) ? name : "several targets");
	archive->build_id = memory_copy_text(build_id);
	archive->module_path = file_join(root, module);
	if (!file_exists(archive->module_path))
		return update_archive_not_one(path, "its module is missing");
	return NULL;
}

static struct error *update_archive_read_manifest(
	const char *path, const char *root, struct update_archive *archive)
{
	scope_free char *manifest_path = file_join(root, "manifest.json");
	scope_json struct json_t *manifest = NULL;
	if (!file_exists(manifest_path))
		return update_archive_not_one(path, "has no manifest.json");
	struct error *error = json_read_file(manifest_path, &manifest);
	if (error)
		return error_prefix(error, "%s", path);

	int64_t format = json_find_number(manifest, "format", 0);
	if (format != MANIFEST_FORMAT)
		return error_hint(error_failed("%s: has manifest format %lld, and this "
					       "ksplice-apply reads %d",
					  path, (long long)format, MANIFEST_FORMAT),
			"use the ksplice-apply of the same version as the ksplice-create "
			"that made it");
	const char *id = json_find_text(manifest, "id");
	if (!id || !update_archive_is_id(id))
		return update_archive_not_one(path, "manifest.json: has no valid id");
	const struct json_t *kernel = json_find(manifest, "kernel");
	const char *release = json_find_text(kernel, "release");
	const char *version = json_find_text(kernel, "version");
	archive->id = memory_copy_text(id);
	archive->kernel_release = memory_copy_text(release ? release : "");
	archive->kernel_version = memory_copy_text(version ? version : "");
	return update_archive_read_target(path, root, manifest, archive);
}

struct error *update_archive_open(const char *path, struct update_archive *archive)
{
	scope_archive struct update_archive opened = {0};
	if (!file_exists(path))
		return error_failed("%s: %s", path, strerror(ENOENT));
	if (file_is_folder(path))
		return update_archive_not_one(path, "is a folder");
	try(file_make_temporary("ksplice-apply.", &opened.folder));
	try(update_archive_unpack(path, opened.folder));
	scope_free char *root = update_archive_find_root(opened.folder);
	if (!root)
		return update_archive_not_one(
			path, "does not hold one folder ksplice-<id>");
	try(update_archive_read_manifest(path, root, &opened));
	*archive = opened;
	opened = (struct update_archive){0};
	return NULL;
}
