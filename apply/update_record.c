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

/* It is empty after each boot, as the kernel has no updates then. */
#define RECORD_FOLDER "/run/ksplice"

static char *update_record_path(const char *id)
{
	return memory_format(RECORD_FOLDER "/%s.json", id);
}

struct error *update_record_write(const struct update_archive *archive)
{
	scope_free char *path = update_record_path(archive->id);
	scope_free char *archive_path = realpath(archive->path, NULL);
	scope_free char *manifest_text = json_to_text(archive->manifest);
	struct json_t *manifest = NULL;
	char when[32];
	time_t now = time(NULL);
	struct tm broken;

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &broken));
	/* A copy, since the archive keeps its own. */
	try(json_read_range(path, manifest_text, strlen(manifest_text), &manifest));
	scope_json struct json_t *record = json_make_object();
	json_put_text(record, "applied_at", when);
	json_put_text(record, "archive", archive_path);
	json_put(record, "manifest", manifest);
	scope_free char *text = json_to_text(record);
	return file_write(path, text, strlen(text));
}

struct error *update_record_read(const char *id, struct json_t **record)
{
	scope_free char *path = update_record_path(id);
	if (file_exists(path))
		return json_read_file(path, record);
	*record = NULL;
	return NULL;
}

struct error *update_record_remove(const char *id)
{
	scope_free char *path = update_record_path(id);
	return file_remove(path);
}
