// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_archive.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Of manifest.json; others are refused. */
#define MANIFEST_FORMAT 2
#define MANIFEST_NAME "manifest.json"
#define FOLDER_PREFIX "ksplice-"

/* The largest file that is read. A part that matches every function of a kernel, as
 * ksplice-match makes it, has some ten MB. */
#define FILE_MOST ((size_t)512 << 20)

void update_archive_deinit(struct update_archive *archive)
{
	if (archive->folder)
		error_free(file_remove(archive->folder));
	for (size_t i = 0; i < archive->part_count; i++) {
		free(archive->parts[i].target);
		free(archive->parts[i].build_id);
		free(archive->parts[i].module_path);
		free(archive->parts[i].module_name);
	}
	free(archive->parts);
	free(archive->path);
	free(archive->folder);
	free(archive->id);
	json_release(archive->manifest);
	*archive = (struct update_archive){0};
}

static struct error *update_archive_not_one(const char *path, const char *problem)
{
	return error_hint(error_failed("%s: %s", path, problem),
		"give a file ksplice-ID.tar.gz that ksplice-create made");
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
	/* gzip begins its message with an empty line. */
	const char *said = errors.data ? errors.data : "";
	said += strspn(said, "\n");
	scope_free char *line = memory_copy_range(said, strcspn(said, "\n"));
	scope_free char *problem = memory_format("is damaged, or not an update (%s)",
		*line ? line : "tar does not say why");
	return update_archive_not_one(path, problem);
}

/* The one folder in the archive. NULL if there is none, or several. */
static char *update_archive_find_root(const char *folder)
{
	DIR *directory = opendir(folder);
	char *root = NULL;
	struct stat status;
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
	/* A link would lead out of it. */
	if (count == 1 && text_has_prefix(file_name(root), FOLDER_PREFIX) &&
		lstat(root, &status) == 0 && S_ISDIR(status.st_mode))
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

/* Letters, digits, "_" and "-", as the kernel's modules are called. */
static bool update_archive_is_name(const char *name)
{
	size_t length = strspn(name, "0123456789abcdefghijklmnopqrstuvwxyz"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	return length && !name[length] && length < KSPLICE_TARGET_SIZE;
}

/* Is it ksplice_<id>, or does it begin with ksplice_<id>_? */
static bool update_archive_is_module_name(const char *name, const char *id)
{
	scope_free char *first = memory_format(KSPLICE_MODULE_PREFIX "%s", id);
	if (!text_has_prefix(name, first) || !update_archive_is_name(name))
		return false;
	return !name[strlen(first)] || name[strlen(first)] == '_';
}

static struct error *update_archive_read_part(const char *path, const char *root,
	const char *id, const struct json_t *target, struct update_part *part)
{
	const char *name = json_find_text(target, "name");
	const char *kind = json_find_text(target, "kind");
	const char *build_id = json_find_text(target, "build_id");
	const char *module = json_find_text(target, "module");
	const char *loaded_as = json_find_text(target, "loaded_as");
	scope_free char *first = memory_format(KSPLICE_MODULE_PREFIX "%s", id);

	if (!name || !build_id || !module || !*module || strchr(module, '/') ||
		!update_archive_is_name(name))
		return update_archive_not_one(
			path, "manifest.json: a part has no valid target");
	if (!loaded_as)
		loaded_as = first;
	if (!update_archive_is_module_name(loaded_as, id))
		return update_archive_not_one(
			path, "manifest.json: a part has the name of another module");
	part->is_image = !strcmp(name, KSPLICE_TARGET_VMLINUX);
	if (kind && strcmp(kind, part->is_image ? "image" : "module"))
		return error_refused("target-kind",
			"%s: the target %s is of the unknown kind %s", path, name, kind);
	part->target = memory_copy_text(name);
	part->build_id = memory_copy_text(build_id);
	part->module_name = memory_copy_text(loaded_as);
	part->module_path = file_join(root, module);
	return NULL;
}

static struct error *update_archive_read_parts(
	const char *path, const char *root, struct update_archive *archive)
{
	const struct json_t *targets = json_find(archive->manifest, "targets");
	size_t count = json_count_items(targets);

	if (!count)
		return update_archive_not_one(path, "manifest.json: has no target");
	archive->parts = memory_allocate(count * sizeof(*archive->parts));
	archive->part_count = count;
	for (size_t i = 0; i < count; i++) {
		struct update_part *part = &archive->parts[i];
		try(update_archive_read_part(
			path, root, archive->id, json_find_item(targets, i), part));
		for (size_t k = 0; k < i; k++) {
			if (!strcmp(archive->parts[k].target, part->target) ||
				!strcmp(archive->parts[k].module_name, part->module_name))
				return update_archive_not_one(
					path, "manifest.json: has a target twice");
		}
	}
	return NULL;
}

/* Who packed the archive is not known, and this is root's. */
static struct error *update_archive_read_file(
	const char *archive, const char *path, struct text *text)
{
	struct error *error = file_read_plain(path, FILE_MOST, text);
	return error ? error_prefix(error, "%s", archive) : NULL;
}

static struct error *update_archive_read_manifest(
	const char *path, const char *root, struct update_archive *archive)
{
	scope_text struct text manifest = {0};
	scope_free char *manifest_path = file_join(root, MANIFEST_NAME);
	if (!file_exists(manifest_path))
		return update_archive_not_one(path, "has no " MANIFEST_NAME);
	try(update_archive_read_file(path, manifest_path, &manifest));
	struct error *error = json_read_range(
		MANIFEST_NAME, manifest.data, manifest.size, &archive->manifest);
	if (error)
		return error_prefix(error, "%s", path);

	int64_t format = json_find_number(archive->manifest, "format", 0);
	if (format != MANIFEST_FORMAT)
		return error_hint(error_failed("%s: has manifest format %lld, but this "
					       "ksplice-apply reads format %d",
					  path, (long long)format, MANIFEST_FORMAT),
			"use the version of ksplice-apply that belongs to the ksplice-create "
			"that made the update");
	const char *id = json_find_text(archive->manifest, "id");
	if (!id || !update_archive_is_id(id))
		return update_archive_not_one(path, "manifest.json: has no valid id");
	archive->id = memory_copy_text(id);
	return update_archive_read_parts(path, root, archive);
}

const char *update_archive_kernel(const struct update_archive *archive, const char *key)
{
	const char *text = json_find_text(json_find(archive->manifest, "kernel"), key);
	return text ? text : "";
}

const char *update_archive_created(const struct update_archive *archive)
{
	const char *text = json_find_text(archive->manifest, "created");
	return text ? text : "";
}

/* A signature is at the end of a module, with its size and this text behind it
 * (include/linux/module_signature.h). */
#define MODULE_SIGNATURE_TEXT "~Module signature appended~\n"

struct module_signature {
	uint8_t kinds[8];
	uint8_t size[4]; /* of the signature in front of this, big-endian */
};

/* The module's size without a signature, which is added after the archive was made. */
static size_t update_archive_unsigned_size(const struct text *module)
{
	struct module_signature signature;
	size_t text_size = strlen(MODULE_SIGNATURE_TEXT);
	size_t added = text_size + sizeof(signature);

	if (module->size < added || memcmp(module->data + module->size - text_size,
					    MODULE_SIGNATURE_TEXT, text_size) != 0)
		return module->size;
	memcpy(&signature, module->data + module->size - added, sizeof(signature));
	uint64_t size = (uint64_t)signature.size[0] << 24 | signature.size[1] << 16 |
			signature.size[2] << 8 | signature.size[3];
	return size <= module->size - added ? module->size - added - size : module->size;
}

/* The digest tells damage; who signs modules tells forgery. */
static struct error *update_archive_check_module(
	const char *path, const struct json_t *manifest, const struct update_part *part)
{
	const char *name = file_name(part->module_path);
	const char *digest = json_find_text(json_find(manifest, "digests"), name);
	scope_text struct text module = {0};

	if (!file_exists(part->module_path))
		return update_archive_not_one(path, "its module is missing");
	try(update_archive_read_file(path, part->module_path, &module));
	scope_free char *found = digest_to_text(
		digest_of(module.data, update_archive_unsigned_size(&module)));
	if (digest && !strcmp(digest, found))
		return NULL;
	scope_free char *problem = memory_format(
		"is damaged: %s does not agree with its digest in manifest.json", name);
	return update_archive_not_one(path, problem);
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
			path, "does not contain exactly one folder ksplice-ID");
	opened.path = memory_copy_text(path);
	try(update_archive_read_manifest(path, root, &opened));
	for (size_t i = 0; i < opened.part_count; i++)
		try(update_archive_check_module(path, opened.manifest, &opened.parts[i]));
	*archive = opened;
	opened = (struct update_archive){0};
	return NULL;
}

struct error *update_archive_open_folder(
	const char *folder, struct update_archive *archive)
{
	scope_archive struct update_archive opened = {.path = memory_copy_text(folder)};
	try(update_archive_read_manifest(folder, folder, &opened));
	*archive = opened;
	opened = (struct update_archive){0};
	return NULL;
}
