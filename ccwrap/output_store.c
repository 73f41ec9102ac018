// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/output_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/file_stamp.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/record_file.h"
#include "lib/text.h"

/* A kept file is this line, a line with the digest of the inputs, and the unit's JSON. */
#define OUTPUT_STORE_HEADER "ksplice unit 1\n"
#define OUTPUT_STORE_DIGEST 32

/* There are 256 folders. When one has more files than this, its older half is removed. */
#define OUTPUT_STORE_LIMIT 256

/* The folder of the store; NULL if there is none. */
static char *output_store_get_folder(void)
{
	const char *folder = getenv(KSPLICE_ENV_UNIT_STORE);
	if (folder)
		return *folder ? memory_copy_text(folder) : NULL;
	folder = getenv("XDG_CACHE_HOME");
	if (folder && *folder)
		return file_join(folder, "ksplice/units");
	folder = getenv("HOME");
	return folder && *folder ? file_join(folder, ".cache/ksplice/units") : NULL;
}

/* Adds the version of the plugin: another may write something else for the same object.
 */
static void output_store_add_plugin(struct text *key, const char *plugin)
{
	scope_free char *stamp = file_stamp_read_unique(plugin);
	text_add_format(key, "%d %s", KSPLICE_UNIT_VERSION, stamp);
	text_add_range(key, plugin, strlen(plugin) + 1);
}

/* The file in the store for this compile; NULL if there is no store. */
static char *output_store_get_path(
	const struct wrapper_call *call, const char *plugin, const char *object)
{
	scope_free char *store = output_store_get_folder();
	scope_free char *here = getcwd(NULL, 0);
	scope_text struct text key = {0};
	if (!store || !here)
		return NULL;
	scope_error struct error *error = file_read(object, &key);
	if (error)
		return NULL;
	const struct argument_list *arguments = &call->expanded;
	output_store_add_plugin(&key, plugin);
	text_add_range(&key, here, strlen(here) + 1);
	text_add_range(&key, call->real, strlen(call->real) + 1);
	for (size_t i = 0; i < arguments->count; i++)
		text_add_range(
			&key, arguments->items[i], strlen(arguments->items[i]) + 1);
	scope_free char *name = digest_to_text(digest_of(key.data, key.size));
	return memory_format("%s/%.2s/%s", store, name, name + 2);
}

/* The digest of all inputs as they are now; NULL if one is gone or newer than started. */
static char *output_store_digest_inputs(const struct text *unit, uint64_t started)
{
	scope_json struct json_t *json = NULL;
	scope_error struct error *error =
		json_read_range("unit", unit->data, unit->size, &json);
	if (error)
		return NULL;
	const struct json_t *inputs = json_find(json, "inputs");
	scope_text struct text digests = {0};
	size_t count = json_count_items(inputs);
	for (size_t i = 0; i < count; i++) {
		const char *path = json_find_item_text(inputs, i);
		scope_text struct text content = {0};
		struct stat status;
		if (!path || stat(path, &status))
			return NULL;
		uint64_t changed = file_stamp_to_nanoseconds(&status.st_mtim);
		scope_error struct error *unread = file_read(path, &content);
		if (unread || changed >= started)
			return NULL;
		struct digest digest = digest_of(content.data, content.size);
		text_add_range(&digests, &digest, sizeof(digest));
	}
	return digest_to_text(digest_of(digests.data, digests.size));
}

bool output_store_find(const struct wrapper_call *call, const char *plugin,
	const char *object, struct text *unit)
{
	static const size_t start = sizeof(OUTPUT_STORE_HEADER) - 1;
	scope_free char *path = output_store_get_path(call, plugin, object);
	scope_text struct text kept = {0};
	if (!path)
		return false;
	scope_error struct error *error = record_file_read(path, &kept);
	if (error || !text_has_prefix(kept.data, OUTPUT_STORE_HEADER) ||
		kept.size < start + OUTPUT_STORE_DIGEST + 1)
		return false;
	scope_text struct text found = {0};
	const char *digest = kept.data + start;
	size_t header = start + OUTPUT_STORE_DIGEST + 1;
	text_add_range(&found, kept.data + header, kept.size - header);
	scope_free char *now = output_store_digest_inputs(&found, UINT64_MAX);
	if (!now || memcmp(now, digest, OUTPUT_STORE_DIGEST) != 0)
		return false;
	/* The store removes what was not used for longest. */
	utimensat(AT_FDCWD, path, NULL, 0);
	text_add_range(unit, found.data, found.size);
	return true;
}

struct output_store_file {
	char *name;
	struct timespec used;
};

static int output_store_compare_age(const void *one, const void *other)
{
	const struct timespec *a = &((const struct output_store_file *)one)->used;
	const struct timespec *b = &((const struct output_store_file *)other)->used;
	if (a->tv_sec != b->tv_sec)
		return a->tv_sec < b->tv_sec ? -1 : 1;
	return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* Removes the older half of a folder that has become too full. */
static void output_store_trim(const char *folder)
{
	array_of(struct output_store_file) files = {0};
	DIR *stream = opendir(folder);
	if (!stream)
		return;
	struct dirent *entry;
	while ((entry = readdir(stream))) {
		struct stat status;
		if (fstatat(dirfd(stream), entry->d_name, &status, 0) ||
			!S_ISREG(status.st_mode))
			continue;
		struct output_store_file *file = array_add(&files);
		file->name = memory_copy_text(entry->d_name);
		file->used = status.st_mtim;
	}
	if (files.count > OUTPUT_STORE_LIMIT) {
		qsort(files.items, files.count, sizeof(files.items[0]),
			output_store_compare_age);
		for (size_t i = 0; i < files.count / 2; i++)
			unlinkat(dirfd(stream), files.items[i].name, 0);
	}
	array_foreach (file, &files)
		free(file->name);
	free(files.items);
	closedir(stream);
}

void output_store_add(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct text *unit, uint64_t started)
{
	scope_free char *path = output_store_get_path(call, plugin, object);
	scope_free char *digest = output_store_digest_inputs(unit, started);
	if (!path || !digest)
		return;
	scope_text struct text kept = {0};
	text_add(&kept, OUTPUT_STORE_HEADER);
	text_add(&kept, digest);
	text_add(&kept, "\n");
	text_add_range(&kept, unit->data, unit->size);
	error_free(record_file_write(NULL, path, &kept));
	scope_free char *folder = file_parent(path);
	output_store_trim(folder);
}
