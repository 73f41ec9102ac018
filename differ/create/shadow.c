// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/shadow.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/shadow_list.h"
#include "differ/create/line_marker.h"
#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "differ/create/series_apply.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

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
		return patch_reader_read_one("diff", output.data, 1, difference);
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

struct error *shadow_compare(const struct kernel_tree *tree,
	const struct patched_file *file, const char *folder,
	struct patch_file *difference)
{
	scope_free char *original = file->was_there ? file_join(tree->source, file->path)
						    : memory_copy_text("/dev/null");
	scope_free char *applied = shadow_find_file(folder, SHADOW_APPLIED, file->path);
	if (file->is_there)
		return shadow_diff(original, applied, difference);
	*difference = (struct patch_file){0};
	return NULL;
}

static struct error *shadow_mark(const struct kernel_tree *tree,
	const struct patched_file *file, const char *folder)
{
	scope_text struct text text = {0};
	scope_text struct text marked = {0};
	scope_patch_file struct patch_file difference = {0};
	scope_free char *applied = shadow_find_file(folder, SHADOW_APPLIED, file->path);
	scope_free char *result = shadow_find_file(folder, SHADOW_MARKED, file->path);
	if (!file->is_there)
		return NULL;
	if (file->was_there)
		try(shadow_compare(tree, file, folder, &difference));
	try(file_read(applied, &text));
	const struct patch_entry *entry =
		difference.count ? &difference.entries[0] : NULL;
	line_marker_insert(text.data ? text.data : "", entry ? entry->hunks : NULL,
		entry ? entry->hunk_count : 0, &marked);
	return file_write(result, marked.data ? marked.data : "", marked.size);
}

/* A file that the patch deletes has no replacement, so that opening it fails. */
static struct error *shadow_write_list(const struct kernel_tree *tree,
	const struct patched_files *files, const char *folder, enum shadow_form form)
{
	scope_text struct text list = {0};
	for (size_t i = 0; i < files->count; i++) {
		const struct patched_file *file = &files->items[i];
		scope_free char *original = file_join(tree->source, file->path);
		scope_free char *replacement = shadow_find_file(folder, form, file->path);
		if (!file->is_edited || file->is_binary)
			continue;
		text_add_range(&list, original, strlen(original) + 1);
		text_add_range(&list, replacement, strlen(replacement) + 1);
	}
	scope_free char *path = shadow_find_list(folder, form);
	return file_write(path, list.data ? list.data : "", list.size);
}

struct error *shadow_create(const struct kernel_tree *tree,
	const struct patch_list *patches, const char *folder, const char *work,
	struct patched_files *files, struct json_t *warnings)
{
	scope_free char *applied = file_join(folder, form_names[SHADOW_APPLIED]);
	try(series_apply(tree, patches, applied, work, files, warnings));
	for (size_t i = 0; i < files->count; i++) {
		if (!files->items[i].is_binary)
			try(shadow_mark(tree, &files->items[i], folder));
	}
	try(shadow_write_list(tree, files, folder, SHADOW_APPLIED));
	return shadow_write_list(tree, files, folder, SHADOW_MARKED);
}

/* Is there such a name in the log? */
static bool log_find(const char *log,
	bool (*is_meant)(const char *name, const char *wanted), const char *wanted)
{
	scope_text struct text names = {0};
	scope_error struct error *error =
		file_exists(log) ? file_read(log, &names) : NULL;
	for (size_t at = 0; !error && at < names.size;
		at += strlen(names.data + at) + 1) {
		if (is_meant(names.data + at, wanted))
			return true;
	}
	return false;
}

static bool name_is_same(const char *name, const char *wanted)
{
	return strcmp(name, wanted) == 0;
}

static bool name_is_compiler(const char *name, const char *wanted)
{
	return text_has_prefix(name, wanted) && !strchr(name, '/');
}

bool shadow_has_opened(const char *log, const char *original)
{
	return log_find(log, name_is_same, original);
}

bool shadow_was_there(const char *log)
{
	/* cc1 for C and for assembler source, cc1plus for C++ */
	return log_find(log, name_is_compiler, "cc1");
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

/* Did the compiler read another file than it should have? */
static bool shadow_is_missed(const struct kernel_tree *tree,
	const struct patched_file *file, const struct record *record,
	const struct record *unit, const char *log)
{
	scope_free char *original = file_join(tree->source, file->path);
	if (!file->is_edited || !record_reads(unit, record->folder, original))
		return false;
	return !file->is_there || !shadow_has_opened(log, original);
}

struct error *shadow_check(const struct kernel_tree *tree,
	const struct patched_files *files, const struct record *record,
	const struct record *unit, const char *log)
{
	size_t i = 0;
	while (i < files->count &&
		!shadow_is_missed(tree, &files->items[i], record, unit, log))
		i++;
	if (i == files->count && shadow_was_there(log))
		return NULL;
	return error_hint(
		error_refused("unpatched-include",
			"%s: the compiler read %s instead of the patched file",
			record->object,
			i < files->count ? files->items[i].path : record->source),
		"the compiler %s must be dynamically linked, so that %s can be preloaded",
		record->compiler, KSPLICE_SHADOW_LIBRARY);
}
