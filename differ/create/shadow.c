// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/shadow.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/shadow_list.h"
#include "differ/create/hunk_place.h"
#include "differ/create/line_marker.h"
#include "differ/create/patch_file.h"
#include "differ/create/patch_run.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

static struct error *shadow_copy(const char *from, const char *to)
{
	scope_text struct text text = {0};
	try(file_read(from, &text));
	return file_write(to, text.data, text.size);
}

/* The hunks between two files, exact to the line whatever patch(1) had to shift. */
static struct error *shadow_diff(
	const char *before, const char *after, struct patch_file *difference)
{
	scope_text struct text output = {0};
	const char *const arguments[] = {
		"diff", "-U0", "--label=a/file", "--label=b/file", before, after, NULL};
	struct process_request request = {.arguments = arguments, .output = &output};
	int status;
	try(process_run(&request, &status));
	if (status > 1)
		return error_failed("diff failed with exit code %d", status);
	if (status)
		return patch_file_read("diff", output.data, 1, difference);
	*difference = (struct patch_file){0};
	return NULL;
}

static const char *const form_names[] = {
	[SHADOW_APPLIED] = "applied",
	[SHADOW_MARKED] = "marked",
};

char *shadow_find_list(const char *folder, enum shadow_form form)
{
	return memory_format("%s/%s.list", folder, form_names[form]);
}

static char *shadow_find_file(const char *folder, enum shadow_form form, const char *path)
{
	return memory_format("%s/%s/%s", folder, form_names[form], path);
}

static struct error *shadow_copy_originals(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *folder)
{
	for (size_t i = 0; i < patch->count; i++) {
		const char *path = patch->entries[i].path;
		scope_free char *from = file_join(tree->source, path);
		scope_free char *to = shadow_find_file(folder, SHADOW_APPLIED, path);
		try(shadow_copy(from, to));
	}
	return NULL;
}

struct error *shadow_compare(const struct kernel_tree *tree, const char *path,
	const char *folder, struct patch_file *difference)
{
	scope_free char *original = file_join(tree->source, path);
	scope_free char *applied = shadow_find_file(folder, SHADOW_APPLIED, path);
	return shadow_diff(original, applied, difference);
}

static struct error *shadow_mark(
	const struct kernel_tree *tree, const char *path, const char *folder)
{
	scope_text struct text text = {0};
	scope_text struct text marked = {0};
	scope_patch_file struct patch_file difference = {0};
	scope_free char *applied = shadow_find_file(folder, SHADOW_APPLIED, path);
	scope_free char *result = shadow_find_file(folder, SHADOW_MARKED, path);
	try(shadow_compare(tree, path, folder, &difference));
	try(file_read(applied, &text));
	const struct patch_entry *entry =
		difference.count ? &difference.entries[0] : NULL;
	line_marker_insert(text.data ? text.data : "", entry ? entry->hunks : NULL,
		entry ? entry->hunk_count : 0, &marked);
	return file_write(result, marked.data ? marked.data : "", marked.size);
}

static struct error *shadow_write_list(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *folder, enum shadow_form form)
{
	scope_text struct text list = {0};
	for (size_t i = 0; i < patch->count; i++) {
		const char *path = patch->entries[i].path;
		scope_free char *original = file_join(tree->source, path);
		scope_free char *replacement = shadow_find_file(folder, form, path);
		text_add_range(&list, original, strlen(original) + 1);
		text_add_range(&list, replacement, strlen(replacement) + 1);
	}
	scope_free char *path = shadow_find_list(folder, form);
	return file_write(path, list.data, list.size);
}

static struct error *shadow_check_places(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *said, struct json_t *warnings)
{
	scope_free long *offsets = NULL;
	try(hunk_place_read_offsets(patch, said, &offsets));
	const long *next = offsets;
	for (size_t i = 0; i < patch->count; i++) {
		const struct patch_entry *entry = &patch->entries[i];
		scope_free char *path = file_join(tree->source, entry->path);
		scope_text struct text original = {0};
		try(file_read(path, &original));
		try(hunk_place_check(
			entry, original.data ? original.data : "", next, warnings));
		next += entry->hunk_count;
	}
	return NULL;
}

struct error *shadow_create(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *patch_path, unsigned strip,
	const char *folder, struct json_t *warnings)
{
	scope_free char *applied = file_join(folder, form_names[SHADOW_APPLIED]);
	scope_text struct text said = {0};
	try(shadow_copy_originals(tree, patch, folder));
	try(patch_run_apply(patch_path, strip, tree->source, applied, &said));
	try(shadow_check_places(tree, patch, said.data ? said.data : "", warnings));
	for (size_t i = 0; i < patch->count; i++)
		try(shadow_mark(tree, patch->entries[i].path, folder));
	try(shadow_write_list(tree, patch, folder, SHADOW_APPLIED));
	return shadow_write_list(tree, patch, folder, SHADOW_MARKED);
}

static bool log_has(const struct text *log, const char *path)
{
	for (size_t at = 0; at < log->size; at += strlen(log->data + at) + 1) {
		if (strcmp(log->data + at, path) == 0)
			return true;
	}
	return false;
}

static bool record_reads(const struct record *unit, const char *folder, const char *path)
{
	size_t count = json_count_items(unit->inputs);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_find_item_text(unit->inputs, i);
		scope_free char *input = file_normalize(folder, name);
		if (strcmp(input, path) == 0)
			return true;
	}
	return false;
}

struct error *shadow_check(const struct kernel_tree *tree, const struct patch_file *patch,
	const struct record *record, const struct record *unit, const char *log)
{
	scope_text struct text opened = {0};
	if (file_exists(log))
		try(file_read(log, &opened));
	for (size_t i = 0; i < patch->count; i++) {
		const char *path = patch->entries[i].path;
		scope_free char *original = file_join(tree->source, path);
		if (record_reads(unit, record->folder, original) &&
			!log_has(&opened, original))
			return error_hint(
				error_refused("unpatched-include",
					"%s: the compiler read %s instead of the patched "
					"file",
					record->object, path),
				"the compiler %s must be dynamically linked, so that "
				"%s can be preloaded",
				record->compiler, KSPLICE_SHADOW_LIBRARY);
	}
	return NULL;
}
