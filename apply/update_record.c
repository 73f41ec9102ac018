// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apply/update_archive.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* It is empty after each boot, as the kernel has no updates then. */
#define RECORD_FOLDER "/run/ksplice"

static char *update_record_folder(const char *id)
{
	return memory_format(RECORD_FOLDER "/%s", id);
}

static struct error *update_record_put(
	const char *folder, const char *name, const struct json_t *json)
{
	scope_free char *path = file_join(folder, name);
	scope_free char *text = json_to_text(json);
	return file_write(path, text, strlen(text));
}

static struct error *update_record_copy(const char *path, const char *folder)
{
	scope_free char *copy = file_join(folder, file_name(path));
	scope_text struct text content = {0};
	try(file_read(path, &content));
	return file_write(copy, content.data, content.size);
}

struct error *update_record_write(const struct update_archive *archive)
{
	scope_free char *folder = update_record_folder(archive->id);
	scope_free char *archive_path = realpath(archive->path, NULL);
	scope_json struct json_t *applied = json_make_object();
	char when[32];
	time_t now = time(NULL);
	struct tm broken;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &broken));
	json_put_text(applied, "applied_at", when);
	json_put_text(applied, "archive", archive_path);
	try(update_record_put(folder, "applied.json", applied));
	for (size_t i = 0; i < archive->part_count; i++) {
		if (!archive->parts[i].is_image)
			try(update_record_copy(archive->parts[i].module_path, folder));
	}
	return update_record_put(folder, "manifest.json", archive->manifest);
}

struct error *update_record_open(const char *id, struct update_archive *archive)
{
	scope_free char *folder = update_record_folder(id);
	return update_archive_open_folder(folder, archive);
}

struct error *update_record_read(const char *id, struct json_t **record)
{
	scope_free char *folder = update_record_folder(id);
	scope_free char *applied_path = file_join(folder, "applied.json");
	scope_free char *manifest_path = file_join(folder, "manifest.json");
	scope_json struct json_t *applied = NULL;
	struct json_t *manifest = NULL;

	if (file_exists(applied_path) && file_exists(manifest_path)) {
		try(json_read_file(applied_path, &applied));
		try(json_read_file(manifest_path, &manifest));
		json_put(applied, "manifest", manifest);
	}
	*record = take_pointer(applied);
	return NULL;
}

struct error *update_record_remove(const char *id)
{
	scope_free char *folder = update_record_folder(id);
	return file_remove(folder);
}
