// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "ccwrap/object_section.h"
#include "ccwrap/record_path.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/record_file.h"
#include "lib/text.h"

static void record_start(const struct record_path *path, struct text *json)
{
	text_add(json, "{");
	json_text_put_number(json, "format", KSPLICE_RECORD_FORMAT);
	json_text_put_string(json, "object", path->object);
}

static void record_make_reason(
	const struct record_path *path, const char *reason, struct text *json)
{
	record_start(path, json);
	json_text_put_string(json, "unrecorded", reason);
	text_add(json, "}\n");
}

struct error *record_write_reason(const struct record_path *path, const char *reason)
{
	scope_text struct text json = {0};
	record_make_reason(path, reason, &json);
	return record_file_write(path->folder, path->file, &json);
}

const char *record_forget(const struct record_path *path)
{
	if (unlink(path->file) == 0 || errno == ENOENT || errno == ENOTDIR)
		return NULL;
	/* The folder is not writable, but the file may be. If it has a second name, it is
	 * the dictionary and must stay. A record need not be compressed. */
	scope_close int fd = open(path->file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;
	if (fd < 0 || fstat(fd, &status) || status.st_nlink != 1 || ftruncate(fd, 0))
		return "record-not-removed";
	scope_text struct text json = {0};
	record_make_reason(path, "folder-not-writable", &json);
	/* If this fails, the file is empty, which is not a record either. */
	(void)!write(fd, json.data, json.size);
	return "folder-not-writable";
}

static void record_add_arguments(struct text *json, const struct argument_list *arguments)
{
	json_text_add_key(json, "argv");
	text_add(json, "[");
	for (size_t i = 0; i < arguments->count; i++) {
		json_text_add_separator(json);
		json_text_add_string(json, arguments->items[i]);
	}
	text_add(json, "]");
}

struct error *record_write(const struct record *record)
{
	const struct record_path *path = record->path;
	scope_text struct text json = {0};
	record_start(path, &json);
	json_text_put_string(&json, "source", record->source);
	json_text_put_string(&json, "cwd", path->cwd);
	json_text_add_key(&json, "compiler");
	text_add(&json, "{");
	json_text_put_string(&json, "path", record->call->real);
	json_text_put_string(&json, "version", record->version);
	text_add(&json, "}");
	record_add_arguments(&json, &record->call->expanded);
	json_text_put_number(&json, "started", record->started);
	json_text_add_key(&json, "sections");
	try(object_section_write(record->object, &json));
	json_text_add_key(&json, "unit");
	text_add_range(&json, record->unit->data, record->unit->size);
	text_add(&json, "}\n");
	return record_file_write(path->folder, path->file, &json);
}
