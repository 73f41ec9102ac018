// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/seal_content.h"

#include <fts.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "abi/seal.h"
#include "abi/update.h"
#include "differ/elf/debug_content.h"
#include "differ/index/index.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Files that each tree has, and those that some have, apart from what the index and the
 * list of targets name. The programs are what a build of the template runs. */
static const struct sealed_file {
	const char *path; /* a pattern, see glob(7) */
	enum seal_form form;
	bool is_needed;
} sealed_files[] = {
	{"vmlinux", SEAL_ELF, true},
	{".config", SEAL_WHOLE, true},
	{"Module.symvers", SEAL_WHOLE, true},
	{"modules.order", SEAL_WHOLE, false},
	{"include/config/auto.conf", SEAL_WHOLE, true},
	{"include/config/kernel.release", SEAL_WHOLE, true},
	{"scripts/module.lds", SEAL_WHOLE, true},
	{"scripts/basic/fixdep", SEAL_WHOLE, true},
	{"scripts/mod/modpost", SEAL_WHOLE, true},
	{"scripts/genksyms/genksyms", SEAL_WHOLE, false},
	{"scripts/recordmcount", SEAL_WHOLE, false},
	{"scripts/gcc-plugins/*.so", SEAL_WHOLE, false},
	{"tools/objtool/objtool", SEAL_WHOLE, false},
	{"tools/bpf/resolve_btfids/resolve_btfids", SEAL_WHOLE, false},
};

/* Folders that go in with all that is in them. */
static const char *const sealed_folders[] = {
	KSPLICE_RECORD_DIR,
	"include/generated",
	"arch/*/include/generated",
};

/* What the record folder holds besides records: made anew for the seal, or the
 * wrapper's own. */
static const char *const unsealed_records[] = {
	KSPLICE_RECORD_DIR "/" KSPLICE_INDEX_FILE,
	KSPLICE_RECORD_DIR "/template-",
	KSPLICE_RECORD_DIR "/compiler-",
	KSPLICE_SEAL_MANIFEST,
	KSPLICE_SEAL_TRACE,
};

/* Generated files which have no .cmd file (kbuild's filechk). */
static const char *const generated_files[] = {
	"init/utsversion-tmp.h",
};

void seal_content_add(struct seal_content *content, const char *path, const char *from,
	enum seal_form form)
{
	*array_add(content) =
		(struct seal_item){memory_copy_text(path), memory_copy_text(from), form};
}

static void content_add_file(struct seal_content *content, const struct kernel_tree *tree,
	const char *path, enum seal_form form)
{
	scope_free char *from = file_join(tree->objects, path);
	seal_content_add(content, path, from, form);
}

static bool path_is_unsealed(const char *path)
{
	for (size_t i = 0; i < sizeof(unsealed_records) / sizeof(unsealed_records[0]);
		i++) {
		if (text_has_prefix(path, unsealed_records[i]))
			return true;
	}
	/* What file_write has not renamed yet: somebody builds, or was killed. */
	return strstr(file_name(path), ".tmp-") != NULL;
}

static struct error *content_add_folder(
	struct seal_content *content, const struct kernel_tree *tree, char *folder)
{
	char *roots[] = {folder, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	if (!walk)
		return error_errno("%s", folder);
	struct error *error = NULL;
	FTSENT *entry;
	while (!error && (entry = fts_read(walk))) {
		const char *path;
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			error = error_failed(
				"%s: %s", entry->fts_path, strerror(entry->fts_errno));
		else if (entry->fts_info == FTS_F &&
			 file_is_below(tree->objects, entry->fts_path, &path) &&
			 !path_is_unsealed(path))
			content_add_file(content, tree, path, SEAL_WHOLE);
	}
	fts_close(walk);
	return error;
}

/* Adds what the pattern, relative to the tree, stands for. */
static struct error *content_add_pattern(struct seal_content *content,
	const struct kernel_tree *tree, const char *pattern, enum seal_form form)
{
	scope_free char *full = file_join(tree->objects, pattern);
	glob_t found = {0};
	struct error *error = NULL;
	int status = glob(full, 0, NULL, &found);
	if (status && status != GLOB_NOMATCH)
		error = error_failed("%s: cannot be listed", full);
	for (size_t i = 0; i < found.gl_pathc && !error; i++) {
		const char *path;
		if (file_is_folder(found.gl_pathv[i]))
			error = content_add_folder(content, tree, found.gl_pathv[i]);
		else if (file_is_below(tree->objects, found.gl_pathv[i], &path))
			content_add_file(content, tree, path, form);
	}
	globfree(&found);
	return error;
}

/* Objects of vmlinux and the modules, the modules, and the commands that made them. */
static struct error *content_add_targets(
	struct seal_content *content, const struct kernel_tree *tree)
{
	struct kernel_tree_target *targets;
	size_t count;
	try(kernel_tree_list_targets(tree, &targets, &count));
	for (size_t i = 0; i < count; i++) {
		bool is_vmlinux = strcmp(targets[i].name, KSPLICE_TARGET_VMLINUX) == 0;
		for (size_t k = 0; k < targets[i].object_count; k++) {
			const char *object = targets[i].objects[k];
			scope_free char *folder = file_parent(object);
			scope_free char *relative =
				memory_format("%s/.%s.cmd", folder, file_name(object));
			scope_free char *command = file_normalize(".", relative);
			scope_free char *path = file_join(tree->objects, command);
			content_add_file(content, tree, object, SEAL_ELF);
			if (file_exists(path))
				content_add_file(content, tree, command, SEAL_COMMAND);
		}
		if (!is_vmlinux) {
			scope_free char *list = memory_format("%s.mod", targets[i].name);
			scope_free char *module = memory_format("%s.ko", targets[i].name);
			content_add_file(content, tree, list, SEAL_WHOLE);
			content_add_file(content, tree, module, SEAL_ELF);
		}
	}
	kernel_tree_free_targets(targets, count);
	for (size_t i = 0; i < kernel_tree_archive_count; i++) {
		scope_free char *path = file_join(tree->objects, kernel_tree_archives[i]);
		if (!i || file_exists(path))
			content_add_file(
				content, tree, kernel_tree_archives[i], SEAL_WHOLE);
	}
	return NULL;
}

/* Without O= sources and objects share their folders; what kbuild made has a .cmd file
 * beside it. Generated folders are in the seal as a whole. */
static bool input_is_generated(const struct kernel_tree *tree, const char *path)
{
	for (size_t i = 0; i < sizeof(generated_files) / sizeof(generated_files[0]);
		i++) {
		if (strcmp(path, generated_files[i]) == 0)
			return true;
	}
	scope_free char *folder = file_parent(path);
	scope_free char *command =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(path));
	return file_exists(command);
}

struct input_adding {
	struct seal_content *content;
	const struct kernel_tree *tree;
};

static void input_add(const char *related, void *context)
{
	const struct input_adding *adding = context;
	const struct kernel_tree *tree = adding->tree;
	scope_free char *full = kernel_tree_locate_path(tree, related);
	bool is_one_tree = strcmp(tree->objects, tree->source) == 0;
	const char *path;
	if (!file_is_below(tree->objects, full, &path) || !file_exists(full))
		return;
	scope_free char *source = kernel_tree_relate_path(tree, full);
	if (is_one_tree ? input_is_generated(tree, path)
			: text_has_prefix(source, "object:"))
		content_add_file(adding->content, tree, path, SEAL_WHOLE);
}

struct error *seal_content_collect(const struct kernel_tree *tree,
	const struct index *index, struct seal_content *content)
{
	for (size_t i = 0; i < sizeof(sealed_files) / sizeof(sealed_files[0]); i++) {
		const struct sealed_file *file = &sealed_files[i];
		if (file->is_needed)
			content_add_file(content, tree, file->path, file->form);
		else
			try(content_add_pattern(content, tree, file->path, file->form));
	}
	for (size_t i = 0; i < sizeof(sealed_folders) / sizeof(sealed_folders[0]); i++)
		try(content_add_pattern(content, tree, sealed_folders[i], SEAL_WHOLE));
	try(content_add_targets(content, tree));
	struct input_adding adding = {content, tree};
	return index_list_inputs(index, input_add, &adding);
}

static int seal_item_compare(const void *left, const void *right)
{
	const struct seal_item *a = left;
	const struct seal_item *b = right;
	return strcmp(a->path, b->path);
}

static void seal_item_deinit(struct seal_item *item)
{
	free(item->path);
	free(item->from);
}

void seal_content_sort(struct seal_content *content)
{
	qsort(content->items, content->count, sizeof(*content->items), seal_item_compare);
	size_t kept = 0;
	for (size_t i = 0; i < content->count; i++) {
		if (kept && strcmp(content->items[kept - 1].path,
				    content->items[i].path) == 0)
			seal_item_deinit(&content->items[i]);
		else
			content->items[kept++] = content->items[i];
	}
	content->count = kept;
}

struct error *seal_content_read(const struct seal_item *item, struct text *text)
{
	try(file_read(item->from, text));
	if (item->form == SEAL_ELF)
		return debug_content_clear(item->path, text->data, text->size);
	/* A hundred kilobytes of header names per object, which the records have too. */
	const char *dependencies =
		item->form == SEAL_COMMAND ? strstr(text->data, "\ndeps_") : NULL;
	if (dependencies)
		text->size = (size_t)(dependencies - text->data) + 1;
	return NULL;
}

void seal_content_deinit(struct seal_content *content)
{
	array_foreach (item, content)
		seal_item_deinit(item);
	free(content->items);
	*content = (struct seal_content){0};
}
