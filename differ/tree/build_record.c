// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/build_record.h"

#include <string.h>

#include "abi/record.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/record_file.h"
#include "lib/text.h"

static struct error *record_read_parts(
	const char *path, const struct json_t *unit, struct record *record)
{
	record->plugin = json_find_number(unit, "plugin", 0);
	record->toplevel = json_find_text(unit, "toplevel");
	record->inputs = json_find(unit, "inputs");
	record->functions = json_find(unit, "functions");
	record->variables = json_find(unit, "variables");
	record->layouts = json_find(unit, "layouts");
	if (!record->inputs || !record->functions || !record->variables)
		return error_failed("%s: has no output of the plugin", path);
	return NULL;
}

static struct error *record_check(const char *path, struct record *record)
{
	int64_t format = json_find_number(record->json, "format", 0);
	if (format != KSPLICE_RECORD_FORMAT)
		return error_hint(
			error_refused("record-format",
				"%s: has record format %lld, this tool reads %d", path,
				(long long)format, KSPLICE_RECORD_FORMAT),
			"use the version of the Ksplice tools that built this tree");
	record->object = json_find_text(record->json, "object");
	if (!record->object)
		return error_failed("%s: names no object", path);
	record->unrecorded = json_find_text(record->json, "unrecorded");
	if (record->unrecorded)
		return NULL;
	const struct json_t *compiler = json_find(record->json, "compiler");
	record->source = json_find_text(record->json, "source");
	record->folder = json_find_text(record->json, "cwd");
	record->compiler = json_find_text(compiler, "path");
	record->compiler_version = json_find_text(compiler, "version");
	record->started = json_find_number(record->json, "started", 0);
	record->arguments = json_find(record->json, "argv");
	if (!record->source || !record->folder || !record->compiler ||
		!record->compiler_version || !record->started || !record->arguments)
		return error_failed("%s: damaged: a required field is missing", path);
	return record_read_parts(path, json_find(record->json, "unit"), record);
}

static struct error *record_read_json(const char *path, struct json_t **json)
{
	scope_text struct text text = {0};
	try(record_file_read(path, &text));
	return json_read_range(path, text.data, text.size, json);
}

struct error *record_read(const char *path, struct record *record)
{
	struct record read = {0};
	struct error *error = record_read_json(path, &read.json);
	if (!error)
		error = record_check(path, &read);
	if (error)
		record_deinit(&read);
	else
		*record = read;
	return error;
}

struct error *record_read_unit(const char *path, struct record *record)
{
	struct record read = {0};
	struct error *error = record_read_json(path, &read.json);
	if (!error)
		error = record_read_parts(path, read.json, &read);
	if (error)
		record_deinit(&read);
	else
		*record = read;
	return error;
}

void record_deinit(struct record *record)
{
	json_release(record->json);
	*record = (struct record){0};
}

const struct json_t *record_find_named(const struct json_t *array, const char *name)
{
	size_t count = json_count_items(array);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *item = json_find_item(array, i);
		const char *text = json_find_text(item, "name");
		if (text && strcmp(text, name) == 0)
			return item;
	}
	return NULL;
}
