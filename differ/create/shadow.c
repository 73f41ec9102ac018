// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/shadow.h"

#include <stdlib.h>
#include <string.h>

#include "differ/create/line_marker.h"
#include "differ/create/patch_file.h"
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

static struct error *shadow_apply(
	const char *patch_path, unsigned strip, const char *folder)
{
	scope_free char *option = memory_format("-p%u", strip);
	scope_free char *directory = memory_format("--directory=%s", folder);
	scope_free char *input = memory_format("--input=%s", patch_path);
	const char *const arguments[] = {"patch", option, directory, input, "--batch",
		"--forward", "--fuzz=0", "--no-backup-if-mismatch", "--reject-file=-",
		NULL};
	scope_text struct text output = {0};
	struct process_request request = {
		.arguments = arguments, .output = &output, .errors = &output};
	int status;
	try(process_run(&request, &status));
	if (!status)
		return NULL;
	return error_hint(error_refused("patch-does-not-apply",
				  "%s: does not apply to the source tree:\n%s",
				  patch_path, output.data ? output.data : ""),
		"make the patch against the very source that the kernel was built from");
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
		return error_failed("diff: exit code %d", status);
	if (status)
		return patch_file_read("diff", output.data, 1, difference);
	*difference = (struct patch_file){0};
	return NULL;
}

/* Beside each patched file stands what patch(1) made of it; the file itself is what
 * the compiler reads. */
static const char applied_suffix[] = ".applied";

struct error *shadow_create(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *patch_path, unsigned strip,
	const char *folder)
{
	for (size_t i = 0; i < patch->count; i++) {
		scope_free char *from = file_join(tree->source, patch->entries[i].path);
		scope_free char *to = file_join(folder, patch->entries[i].path);
		if (!file_exists(from))
			return error_hint(error_refused("no-such-file",
						  "%s: is not in the source tree %s",
						  patch->entries[i].path, tree->source),
				"--strip=N says how many leading folders its name has "
				"too many");
		try(shadow_copy(from, to));
	}
	try(shadow_apply(patch_path, strip, folder));
	for (size_t i = 0; i < patch->count; i++) {
		scope_free char *path = file_join(folder, patch->entries[i].path);
		scope_free char *applied = memory_format("%s%s", path, applied_suffix);
		try(shadow_copy(path, applied));
	}
	return NULL;
}

/* Writes the file that the compiler is to read in place of original. */
static struct error *shadow_mark(const char *original, const char *path, const char *name)
{
	scope_text struct text text = {0};
	scope_text struct text marked = {0};
	scope_patch_file struct patch_file difference = {0};
	scope_free char *applied = memory_format("%s%s", path, applied_suffix);
	bool is_patched = file_exists(applied);
	if (is_patched)
		try(shadow_diff(original, applied, &difference));
	try(file_read(is_patched ? applied : original, &text));
	const struct patch_entry *entry =
		difference.count ? &difference.entries[0] : NULL;
	line_marker_insert(text.data, entry ? entry->hunks : NULL,
		entry ? entry->hunk_count : 0, name, &marked);
	return file_write(path, marked.data, marked.size);
}

struct error *shadow_prepare_unit(const struct kernel_tree *tree,
	const struct patch_file *patch, const struct record *record, const char *folder,
	char **source)
{
	scope_free char *main_source = file_normalize(record->folder, record->source);
	const char *relative;
	if (!file_is_below(tree->source, main_source, &relative))
		return error_refused("generated-source",
			"%s: is compiled from outside of the source tree", main_source);
	size_t count = json_count_items(record->inputs);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_find_item_text(record->inputs, i);
		scope_free char *input = file_normalize(record->folder, name);
		for (size_t k = 0; k < patch->count; k++) {
			scope_free char *original =
				file_join(tree->source, patch->entries[k].path);
			scope_free char *path = file_join(folder, patch->entries[k].path);
			if (strcmp(input, original) == 0)
				try(shadow_mark(original, path, name));
		}
	}
	scope_free char *compiled = file_join(folder, relative);
	try(shadow_mark(main_source, compiled, record->source));
	*source = take_pointer(compiled);
	return NULL;
}
