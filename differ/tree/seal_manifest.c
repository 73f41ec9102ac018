// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/seal_manifest.h"

#include <stdlib.h>
#include <string.h>

#include "abi/seal.h"
#include "abi/version.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static struct error *manifest_problem(const char *name, const char *problem)
{
	return error_refused(
		"seal-damaged", "%s: %s %s", name, KSPLICE_SEAL_MANIFEST, problem);
}

/* Relative, and what file_normalize would make of it: nothing that leads elsewhere. */
static bool path_is_inside(const char *path)
{
	scope_free char *normal = file_normalize("/", path);
	return path[0] != '/' && normal[1] && strcmp(normal + 1, path) == 0;
}

static struct error *manifest_read_files(
	const char *name, const struct json_t *files, struct seal_manifest *manifest)
{
	size_t count = json_count_items(files);
	manifest->files = memory_allocate(count * sizeof(*manifest->files));
	for (size_t i = 0; i < count; i++) {
		const struct json_t *item = json_find_item(files, i);
		const char *path = json_find_text(item, "path");
		const char *digest = json_find_text(item, "digest");
		int64_t size = json_find_number(item, "size", -1);
		if (!path || !digest || size < 0 || !path_is_inside(path) ||
			(i && strcmp(manifest->files[i - 1].path, path) >= 0))
			return manifest_problem(name, "has an invalid list of files");
		manifest->file_count = i + 1;
		manifest->files[i] = (struct seal_file){
			.path = memory_copy_text(path),
			.size = size,
			.digest = memory_copy_text(digest),
		};
	}
	return NULL;
}

static struct error *manifest_read(
	const char *name, const struct json_t *json, struct seal_manifest *manifest)
{
	int64_t format = json_find_number(json, "format", 0);
	if (format != KSPLICE_SEAL_FORMAT)
		return error_hint(error_refused("seal-format",
					  "%s: has seal format %lld, this tool reads %d",
					  name, (long long)format, KSPLICE_SEAL_FORMAT),
			"use the version of the Ksplice tools that made it");
	const struct {
		const char *key;
		char **value;
	} texts[] = {
		{"build_id", &manifest->build_id},
		{"release", &manifest->release},
		{"objects", &manifest->objects},
		{"source", &manifest->source},
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = json_find_text(json, texts[i].key);
		if (!text)
			return manifest_problem(name, "a required field is missing");
		*texts[i].value = memory_copy_text(text);
	}
	if (manifest->objects[0] != '/' || manifest->source[0] != '/')
		return manifest_problem(name, "names a tree by a relative path");
	return manifest_read_files(name, json_find(json, "files"), manifest);
}

struct error *seal_manifest_parse(
	const char *name, const char *data, size_t size, struct seal_manifest *manifest)
{
	scope_json struct json_t *json = NULL;
	scope_seal_manifest struct seal_manifest read = {0};
	try(json_read_range(name, data, size, &json));
	try(manifest_read(name, json, &read));
	*manifest = read;
	read = (struct seal_manifest){0};
	return NULL;
}

void seal_manifest_print(const struct seal_manifest *manifest, struct text *text)
{
	struct json_t *files = json_make_array();
	for (size_t i = 0; i < manifest->file_count; i++) {
		struct json_t *item = json_make_object();
		json_put_text(item, "path", manifest->files[i].path);
		json_put_number(item, "size", manifest->files[i].size);
		json_put_text(item, "digest", manifest->files[i].digest);
		json_append(files, item);
	}
	scope_json struct json_t *json = json_make_object();
	json_put_number(json, "format", KSPLICE_SEAL_FORMAT);
	json_put_text(json, "tool", KSPLICE_VERSION);
	json_put_text(json, "build_id", manifest->build_id);
	json_put_text(json, "release", manifest->release);
	json_put_text(json, "objects", manifest->objects);
	json_put_text(json, "source", manifest->source);
	json_put(json, "files", files);
	scope_free char *printed = json_to_text(json);
	text_add(text, printed);
}

void seal_manifest_deinit(struct seal_manifest *manifest)
{
	for (size_t i = 0; i < manifest->file_count; i++) {
		free(manifest->files[i].path);
		free(manifest->files[i].digest);
	}
	free(manifest->files);
	free(manifest->build_id);
	free(manifest->release);
	free(manifest->objects);
	free(manifest->source);
	*manifest = (struct seal_manifest){0};
}

static int seal_file_compare(const void *path, const void *file)
{
	return strcmp(path, ((const struct seal_file *)file)->path);
}

struct seal_file *seal_manifest_find(
	const struct seal_manifest *manifest, const char *path)
{
	return manifest->file_count ? bsearch(path, manifest->files, manifest->file_count,
					      sizeof(*manifest->files), seal_file_compare)
				    : NULL;
}

bool seal_manifest_is_one_tree(const struct seal_manifest *manifest)
{
	return strcmp(manifest->objects, manifest->source) == 0;
}
