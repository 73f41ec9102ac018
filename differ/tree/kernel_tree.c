// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/kernel_tree.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "abi/seal.h"
#include "differ/tree/build_record.h"
#include "differ/tree/seal_manifest.h"
#include "differ/tree/thin_archive.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char source_prefix[] = "source:";
static const char object_prefix[] = "object:";

/* The archives that vmlinux is linked from (scripts/Makefile.vmlinux,
 * KBUILD_VMLINUX_LIBS). The libraries are there where the architecture has them. */
const char *const kernel_tree_archives[] = {
	"vmlinux.a",
	"lib/lib.a",
	"arch/x86/lib/lib.a",
};
const size_t kernel_tree_archive_count =
	sizeof(kernel_tree_archives) / sizeof(kernel_tree_archives[0]);

/* What scripts/link-vmlinux.sh links besides, where it is there. */
static const char *const vmlinux_objects[] = {
	".vmlinux.export.o",
	"init/version-timestamp.o",
};

static const char source_link[] = "source";

/* Of an object that every kernel has: in which folder was it compiled? */
static const char first_record[] = KSPLICE_RECORD_DIR "/init/main.o.json.zst";

bool kernel_tree_is_source(const char *folder)
{
	scope_free char *kbuild = file_join(folder, "Kbuild");
	return file_exists(kbuild);
}

/* Where the object tree was when it was built; a tree that was moved or copied does not
 * show it, but a record does. Another name of the folder that it is in is no other place.
 */
static char *kernel_tree_find_built_objects(const struct kernel_tree *tree)
{
	scope_free char *path = file_join(tree->objects, first_record);
	scope_record struct record record = {0};
	if (!file_exists(path))
		return memory_copy_text(tree->objects);
	/* An unreadable record is the index's to report. */
	scope_error struct error *error = record_read(path, &record);
	if (error || record.unrecorded || !record.folder)
		return memory_copy_text(tree->objects);
	scope_free char *now = realpath(record.folder, NULL);
	if (now && strcmp(now, tree->objects) == 0)
		return memory_copy_text(tree->objects);
	return memory_copy_text(record.folder);
}

/* Where the trees were: a seal says so, or a record, and the link that kbuild leaves in
 * an object tree that was made with O=, even where it leads nowhere by now. */
static struct error *kernel_tree_find_built(struct kernel_tree *tree)
{
	scope_free char *seal = file_join(tree->objects, KSPLICE_SEAL_MANIFEST);
	if (file_exists(seal)) {
		scope_text struct text text = {0};
		scope_seal_manifest struct seal_manifest manifest = {0};
		try(file_read(seal, &text));
		try(seal_manifest_parse(seal, text.data, text.size, &manifest));
		tree->built_objects = take_pointer(manifest.objects);
		tree->built_source = take_pointer(manifest.source);
		return NULL;
	}
	char target[PATH_MAX];
	scope_free char *link = file_join(tree->objects, source_link);
	ssize_t size = readlink(link, target, sizeof(target) - 1);
	target[size < 0 ? 0 : size] = '\0';
	tree->built_objects = kernel_tree_find_built_objects(tree);
	/* The link is relative where the object tree is a folder of the source tree. */
	if (size > 0 && target[0] == '/')
		tree->built_source = realpath(link, NULL);
	if (!tree->built_source)
		tree->built_source = file_normalize(tree->built_objects, target);
	return NULL;
}

/* Where the source is by now, if nobody says: as the link has it, which moves along with
 * a tree that was moved as a whole, or where it was. The caller frees it. */
static char *kernel_tree_guess_source(const struct kernel_tree *tree)
{
	scope_free char *link = file_join(tree->objects, source_link);
	if (strcmp(tree->built_objects, tree->built_source) == 0)
		return memory_copy_text(tree->objects);
	if (kernel_tree_is_source(link))
		return take_pointer(link);
	return memory_copy_text(tree->built_source);
}

static struct error *kernel_tree_find_source(struct kernel_tree *tree, const char *source)
{
	bool is_one_tree = strcmp(tree->built_objects, tree->built_source) == 0;
	scope_free char *path = kernel_tree_guess_source(tree);
	tree->source = realpath(source ? source : path, NULL);
	if (is_one_tree && !kernel_tree_is_source(tree->objects))
		return error_hint(
			error_refused("one-tree",
				"%s: this kernel was built within its source tree, which "
				"is not in this folder",
				tree->objects),
			"give the seal's archive and, with --source=DIR, the folder of its "
			"source; or unpack the seal over a copy of the source");
	if (is_one_tree && source &&
		(!tree->source || strcmp(tree->source, tree->objects) != 0))
		return error_hint(
			error_refused("one-tree",
				"%s: this kernel was built within its source tree, and "
				"--source=%s is another folder",
				tree->objects, source),
			"leave out --source");
	if (source && !tree->source)
		return error_errno("%s", source);
	if (!tree->source || !kernel_tree_is_source(tree->source))
		return error_hint(error_refused("no-source",
					  "%s: its source tree is not there (%s)",
					  tree->objects, source ? source : path),
			"unpack it there again, or give its folder with --source=DIR");
	return NULL;
}

static struct error *kernel_tree_read_release(struct kernel_tree *tree)
{
	scope_free char *path = file_join(tree->objects, "include/config/kernel.release");
	scope_text struct text text = {0};
	try(file_read(path, &text));
	tree->release = memory_copy_range(text.data, strcspn(text.data, "\n"));
	return NULL;
}

static struct error *kernel_tree_read(
	struct kernel_tree *tree, const char *path, const char *source)
{
	tree->objects = realpath(path, NULL);
	if (!tree->objects)
		return error_errno("%s", path);
	scope_free char *config = file_join(tree->objects, "include/config/auto.conf");
	if (!file_exists(config))
		return error_hint(error_refused("no-object-tree",
					  "%s: is not the object tree of a built kernel",
					  tree->objects),
			"give the folder in which 'make CC=ksplice-cc' built vmlinux");
	tree->vmlinux = file_join(tree->objects, "vmlinux");
	if (!file_exists(tree->vmlinux))
		return error_hint(
			error_refused("no-vmlinux", "%s: does not exist", tree->vmlinux),
			"build the kernel first: make CC=ksplice-cc");
	scope_free char *records = file_join(tree->objects, KSPLICE_RECORD_DIR);
	if (!file_is_folder(records))
		return error_hint(error_refused("no-records",
					  "%s: this kernel was not built with ksplice-cc",
					  tree->objects),
			"build it with: make CC=ksplice-cc");
	try(kernel_tree_find_built(tree));
	try(kernel_tree_find_source(tree, source));
	return kernel_tree_read_release(tree);
}

struct error *kernel_tree_open(
	const char *path, const char *source, struct kernel_tree **tree)
{
	struct kernel_tree *opened = memory_allocate(sizeof(*opened));
	struct error *error = kernel_tree_read(opened, path, source);
	if (error)
		kernel_tree_close(opened);
	else
		*tree = opened;
	return error;
}

void kernel_tree_close(struct kernel_tree *tree)
{
	if (!tree)
		return;
	free(tree->objects);
	free(tree->source);
	free(tree->built_objects);
	free(tree->built_source);
	free(tree->vmlinux);
	free(tree->release);
	free(tree);
}

bool kernel_tree_is_moved(const struct kernel_tree *tree)
{
	return strcmp(tree->objects, tree->built_objects) != 0 ||
	       strcmp(tree->source, tree->built_source) != 0;
}

bool kernel_tree_is_seal(const struct kernel_tree *tree)
{
	scope_free char *manifest = file_join(tree->objects, KSPLICE_SEAL_MANIFEST);
	return file_exists(manifest);
}

char *kernel_tree_find_config(const struct kernel_tree *tree, const char *symbol)
{
	scope_free char *path = file_join(tree->objects, "include/config/auto.conf");
	scope_text struct text text = {0};
	struct error *error = file_read(path, &text);
	if (error) {
		error_free(error);
		return NULL;
	}
	scope_free char *wanted = memory_format("%s=", symbol);
	for (const char *line = text.data; *line;
		line += strcspn(line, "\n"), line += !!*line) {
		if (text_has_prefix(line, wanted)) {
			const char *value = line + strlen(wanted);
			return memory_copy_range(value, strcspn(value, "\n"));
		}
	}
	return NULL;
}

char *kernel_tree_relate_path(const struct kernel_tree *tree, const char *path)
{
	/* The object tree may be a folder of the source tree, so it goes first, where it
	 * is and where it was; in a build without O= both are one, and all is source. */
	bool is_one_tree = strcmp(tree->objects, tree->source) == 0;
	const struct {
		const char *folder;
		const char *prefix;
	} roots[] = {
		{tree->objects, object_prefix},
		{tree->built_objects, object_prefix},
		{tree->source, source_prefix},
		{tree->built_source, source_prefix},
	};
	const char *rest;
	for (size_t i = is_one_tree ? 2 : 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (file_is_below(roots[i].folder, path, &rest))
			return memory_format("%s%s", roots[i].prefix, rest);
	}
	return memory_copy_text(path);
}

char *kernel_tree_locate_path(const struct kernel_tree *tree, const char *related)
{
	if (text_has_prefix(related, source_prefix))
		return file_join(tree->source, related + strlen(source_prefix));
	if (text_has_prefix(related, object_prefix))
		return file_join(tree->objects, related + strlen(object_prefix));
	return memory_copy_text(related);
}

struct name_array {
	char **items;
	size_t count;
	size_t capacity;
};

static struct error *target_list_vmlinux(
	const struct kernel_tree *tree, struct kernel_tree_target *target)
{
	struct name_array objects = {0};
	target->name = memory_copy_text("vmlinux");
	struct error *error = NULL;
	for (size_t i = 0; i < kernel_tree_archive_count && !error; i++) {
		scope_free char *path = file_join(tree->objects, kernel_tree_archives[i]);
		if (i && !file_exists(path))
			continue;
		char **members = NULL;
		size_t member_count = 0;
		error = thin_archive_list(path, &members, &member_count);
		scope_free char *folder = file_parent(kernel_tree_archives[i]);
		for (size_t k = 0; k < member_count; k++) {
			*array_add(&objects) = file_normalize(folder, members[k]);
			free(members[k]);
		}
		free(members);
	}
	size_t count = sizeof(vmlinux_objects) / sizeof(vmlinux_objects[0]);
	for (size_t i = 0; i < count && !error; i++) {
		scope_free char *path = file_join(tree->objects, vmlinux_objects[i]);
		if (file_exists(path))
			*array_add(&objects) = memory_copy_text(vmlinux_objects[i]);
	}
	target->objects = objects.items;
	target->object_count = objects.count;
	return error;
}

/* The lines of a text file, without their ends; free each, and the array. */
static struct error *file_list_lines(const char *path, struct name_array *lines)
{
	scope_text struct text text = {0};
	try(file_read(path, &text));
	for (const char *line = text.data; *line; line += !!*line) {
		size_t length = strcspn(line, "\n");
		if (length)
			*array_add(lines) = memory_copy_range(line, length);
		line += length;
	}
	return NULL;
}

static struct error *target_list_module(const struct kernel_tree *tree,
	const char *module, struct kernel_tree_target *target)
{
	size_t length = strlen(module) - (text_has_suffix(module, ".ko") ? 3 : 0);
	target->name = memory_copy_range(module, length);
	scope_free char *list = memory_format("%s/%s.mod", tree->objects, target->name);
	struct name_array objects = {0};
	struct error *error = file_list_lines(list, &objects);
	target->objects = objects.items;
	target->object_count = objects.count;
	return error;
}

struct error *kernel_tree_list_targets(const struct kernel_tree *tree,
	struct kernel_tree_target **targets, size_t *count)
{
	struct name_array modules = {0};
	struct error *error = NULL;
	scope_free char *order = file_join(tree->objects, "modules.order");
	if (file_exists(order))
		error = file_list_lines(order, &modules);
	struct kernel_tree_target *listed =
		memory_allocate((modules.count + 1) * sizeof(*listed));
	size_t done = 0;
	if (!error)
		error = target_list_vmlinux(tree, &listed[done++]);
	for (size_t i = 0; i < modules.count; i++) {
		if (!error)
			error = target_list_module(
				tree, modules.items[i], &listed[done++]);
		free(modules.items[i]);
	}
	free(modules.items);
	if (error) {
		kernel_tree_free_targets(listed, done);
		return error;
	}
	*targets = listed;
	*count = done;
	return NULL;
}

void kernel_tree_free_targets(struct kernel_tree_target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < targets[i].object_count; k++)
			free(targets[i].objects[k]);
		free(targets[i].objects);
		free(targets[i].name);
	}
	free(targets);
}
