// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/series_apply.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "differ/create/hunk_place.h"
#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "differ/create/patch_run.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

struct applying {
	const struct kernel_tree *tree;
	const char *folder;
	const char *before; /* of the present patch */
	struct patched_files *files;
	struct json_t *warnings;
	bool is_series;
};

static struct error *copy_file(const char *from, const char *to)
{
	scope_text struct text text = {0};
	try(file_read(from, &text));
	return file_write(to, text.data ? text.data : "", text.size);
}

const struct patched_file *patched_files_find(
	const struct patched_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->items[i].path, path) == 0)
			return &files->items[i];
	}
	return NULL;
}

/* A file may be a link to the same file of another tree. Under another path in a tree it
 * is another file, which records know by its own name. */
static struct error *check_links(const struct kernel_tree *tree, const char *path)
{
	char real[PATH_MAX];
	scope_free char *from = file_join(tree->source, path);
	scope_free char *ending = memory_format("/%s", path);
	if (realpath(from, real) && !text_has_suffix(real, ending))
		return error_hint(
			error_refused("symbolic-link",
				"%s: leads through a symbolic link to %s", path, real),
			"give the file's own path in the patch");
	return NULL;
}

/* The file, as the patches before this one left it. */
static struct error *take_file(
	struct applying *applying, const char *path, struct patched_file **file)
{
	*file = (struct patched_file *)patched_files_find(applying->files, path);
	if (*file)
		return NULL;
	scope_free char *from = file_join(applying->tree->source, path);
	scope_free char *to = file_join(applying->folder, path);
	bool is_there = file_exists(from) && !file_is_folder(from);
	if (is_there) {
		try(check_links(applying->tree, path));
		try(copy_file(from, to));
	}
	struct patched_file *made = array_add(applying->files);
	*made = (struct patched_file){.path = memory_copy_text(path),
		.was_there = is_there,
		.is_there = is_there};
	*file = made;
	return NULL;
}

/* How many folders to strip so that the file is found; -1 if none is right. */
static int find_strip(const struct kernel_tree *tree, const char *whole)
{
	const char *rest = whole;
	for (int strip = 0; *rest; strip++) {
		scope_free char *path = file_join(tree->source, rest);
		if (rest[0] != '/' && file_exists(path) && !file_is_folder(path))
			return strip;
		const char *slash = strchr(rest, '/');
		if (!slash)
			break;
		rest = slash + 1 + strspn(slash + 1, "/");
	}
	return -1;
}

static struct error *refuse_missing(const struct applying *applying,
	const struct patch_entry *entry, const char *path)
{
	const struct patched_file *file = patched_files_find(applying->files, path);
	if (file && file->was_there)
		return error_refused("no-such-file",
			"%s: an earlier patch has deleted or renamed it", path);
	struct error *error = error_refused("no-such-file",
		"%s: does not exist in the source tree %s", path, applying->tree->source);
	int strip = find_strip(applying->tree, entry->whole_path);
	if (strip >= 0)
		return error_hint(error, "try --strip=%d: the path in the patch is %s",
			strip, entry->whole_path);
	return error_hint(error,
		"the patch is for another kernel, or the source has moved: --source=DIR "
		"is");
}

/* ---- files as such --------------------------------------------------------------- */

static struct error *apply_create(struct applying *applying,
	const struct patch_entry *entry, struct patched_file *file)
{
	scope_text struct text text = {0};
	scope_text struct text known = {0};
	scope_free char *path = file_join(applying->folder, entry->path);
	for (size_t i = 0; i < entry->hunk_count; i++)
		patch_hunk_print_side(&entry->hunks[i], true, &text);
	if (file->is_there) {
		try(file_read(path, &known));
		bool is_same =
			known.size == text.size && !entry->is_binary &&
			(!text.size || memcmp(known.data, text.data, text.size) == 0);
		return error_hint(
			error_refused(is_same ? "already-applied" : "existing-file",
				"%s: the patch creates it, but it exists already",
				entry->path),
			"make the patch against the very source that the kernel was "
			"built from");
	}
	file->is_there = true;
	return file_write(path, text.data ? text.data : "", text.size);
}

static struct error *apply_delete(struct applying *applying,
	const struct patch_entry *entry, struct patched_file *file)
{
	scope_text struct text text = {0};
	scope_text struct text known = {0};
	scope_free char *path = file_join(applying->folder, entry->path);
	for (size_t i = 0; i < entry->hunk_count; i++)
		patch_hunk_print_side(&entry->hunks[i], false, &text);
	try(file_read(path, &known));
	bool is_same = known.size == text.size &&
		       (!text.size || memcmp(known.data, text.data, text.size) == 0);
	/* git diff -D leaves the text out. */
	if (!is_same && !entry->is_binary && (entry->hunk_count || known.size))
		return error_hint(
			error_refused("patch-does-not-apply",
				"%s: the patch deletes it, but its text is another one",
				entry->path),
			"make the patch against the very source that the kernel was "
			"built from");
	file->is_there = false;
	return file_remove(path);
}

/* Renames or copies; the text is edited later. */
static struct error *apply_move(
	struct applying *applying, const struct patch_entry *entry)
{
	struct patched_file *file;
	struct patched_file *old;
	scope_free char *from = file_join(applying->folder, entry->old_path);
	scope_free char *to = file_join(applying->folder, entry->path);
	try(take_file(applying, entry->path, &file));
	if (file->is_there)
		return error_refused("existing-file",
			"%s: the patch gives %s this name, but it exists already",
			entry->path, entry->old_path);
	try(take_file(applying, entry->old_path, &old));
	if (!old->is_there)
		return refuse_missing(applying, entry, entry->old_path);
	try(copy_file(from, to));
	old->is_edited |= entry->change == PATCH_RENAMED;
	if (entry->change == PATCH_RENAMED) {
		old->is_there = false;
		try(file_remove(from));
	}
	/* The list may have grown since. */
	file = (struct patched_file *)patched_files_find(applying->files, entry->path);
	file->is_there = true;
	file->is_edited = true;
	file->is_binary |= entry->is_binary;
	return NULL;
}

/* Without a mark of its own, the text from nothing makes a file. */
static bool entry_creates(
	const struct patch_entry *entry, const struct patched_file *file)
{
	const struct patch_hunk *hunk = entry->hunks;
	return entry->change == PATCH_CREATED ||
	       (entry->change == PATCH_EDITED && entry->hunk_count == 1 &&
		       !hunk->old_line && !hunk->old_count && !file->is_there);
}

static struct error *apply_entry(struct applying *applying, struct patch_entry *entry)
{
	struct patched_file *file;
	if (entry->old_path)
		return apply_move(applying, entry);
	try(take_file(applying, entry->path, &file));
	bool is_change = entry->hunk_count || entry->is_binary;
	file->is_binary |= entry->is_binary;
	file->is_edited |= is_change || entry->change != PATCH_EDITED;
	if (entry_creates(entry, file)) {
		entry->change = PATCH_CREATED;
		return apply_create(applying, entry, file);
	}
	if (!file->is_there)
		return refuse_missing(applying, entry, entry->path);
	if (entry->change == PATCH_DELETED)
		return apply_delete(applying, entry, file);
	return NULL;
}

/* ---- text ------------------------------------------------------------------------ */

static struct error *check_places(
	const struct applying *applying, const struct patch_file *patch, const char *said)
{
	scope_free long *offsets = NULL;
	scope_json struct json_t *warnings = json_make_array();
	try(hunk_place_read_offsets(patch, said, &offsets));
	const long *next = offsets;
	for (size_t i = 0; i < patch->count; i++) {
		const struct patch_entry *entry = &patch->entries[i];
		if (patch_entry_is_edit(entry)) {
			scope_free char *path = file_join(applying->before, entry->path);
			scope_text struct text original = {0};
			try(file_read(path, &original));
			try(hunk_place_check(entry, original.data ? original.data : "",
				next, warnings));
		}
		next += entry->hunk_count;
	}
	for (size_t i = 0; i < json_count_items(warnings); i++) {
		const char *text = json_find_item_text(warnings, i);
		scope_free char *named =
			memory_format("%s: %s", file_name(patch->name), text);
		json_append_text(applying->warnings, applying->is_series ? named : text);
	}
	return NULL;
}

static struct error *apply_text(
	const struct applying *applying, const struct patch_file *patch)
{
	scope_text struct text diff = {0};
	scope_text struct text said = {0};
	scope_free char *path = memory_format("%s.diff", applying->before);
	patch_file_print(patch, &diff);
	if (!diff.size)
		return NULL;
	for (size_t i = 0; i < patch->count; i++) {
		if (!patch_entry_is_edit(&patch->entries[i]))
			continue;
		const char *name = patch->entries[i].path;
		scope_free char *from = file_join(applying->folder, name);
		scope_free char *to = file_join(applying->before, name);
		try(copy_file(from, to));
	}
	try(file_write(path, diff.data, diff.size));
	try(patch_run_apply(
		file_name(patch->name), path, applying->before, applying->folder, &said));
	return check_places(applying, patch, said.data ? said.data : "");
}

static struct error *apply_patch(struct applying *applying, struct patch_file *patch)
{
	for (size_t i = 0; i < patch->count; i++)
		try(apply_entry(applying, &patch->entries[i]));
	return apply_text(applying, patch);
}

struct error *series_apply(const struct kernel_tree *tree,
	const struct patch_list *patches, const char *folder, const char *work,
	struct patched_files *files, struct json_t *warnings)
{
	struct applying applying = {.tree = tree,
		.folder = folder,
		.files = files,
		.warnings = warnings,
		.is_series = patches->count > 1};
	try(file_make_folder(folder));
	for (size_t i = 0; i < patches->count; i++) {
		struct patch_file *patch = &patches->items[i];
		scope_free char *before = memory_format("%s/%zu", work, i + 1);
		applying.before = before;
		try(file_make_folder(before));
		struct error *error = apply_patch(&applying, patch);
		/* Those of patch(1) have the name. */
		const char *name = file_name(patch->name);
		if (error && applying.is_series &&
			!text_has_prefix(error_get_text(error), name))
			error = error_prefix(error, "%s", name);
		if (error)
			return error;
	}
	return NULL;
}

void patched_files_deinit(struct patched_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->items[i].path);
	free(files->items);
	*files = (struct patched_files){0};
}
