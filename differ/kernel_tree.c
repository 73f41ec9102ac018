// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/kernel_tree.h"

#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/thin_archive.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char source_prefix[] = "source:";
static const char object_prefix[] = "object:";

/* The archives that vmlinux is linked from (scripts/Makefile.vmlinux,
 * KBUILD_VMLINUX_LIBS). The libraries are there where the architecture has them. */
static const char *const vmlinux_archives[] = {
	"vmlinux.a",
	"lib/lib.a",
	"arch/x86/lib/lib.a",
};

/* What scripts/link-vmlinux.sh links besides, where it is there. */
static const char *const vmlinux_objects[] = {
	".vmlinux.export.o",
	"init/version-timestamp.o",
};

static struct error *kernel_tree_find_source(struct kernel_tree *tree)
{
	/* kbuild leaves this link in an object tree that was made with O= */
	scope_free char *link = file_join(tree->objects, "source");
	scope_free char *kbuild = file_join(tree->objects, "Kbuild");
	const char *path = file_is_folder(link) ? link : tree->objects;
	if (path == tree->objects && !file_exists(kbuild))
		return error_hint(
			error_refused("no-source", "%s: its source tree is not there",
				tree->objects),
			"the link 'source' in an object tree leads to it; unpack it "
			"there again");
	tree->source = realpath(path, NULL);
	return tree->source ? NULL : error_errno("%s", path);
}

static struct error *kernel_tree_read_release(struct kernel_tree *tree)
{
	scope_free char *path = file_join(tree->objects, "include/config/kernel.release");
	scope_text struct text text = {0};
	try(file_read(path, &text));
	tree->release = memory_copy_range(text.data, strcspn(text.data, "\n"));
	return NULL;
}

static struct error *kernel_tree_read(struct kernel_tree *tree, const char *path)
{
	tree->objects = realpath(path, NULL);
	if (!tree->objects)
		return error_errno("%s", path);
	scope_free char *config = file_join(tree->objects, "include/config/auto.conf");
	if (!file_exists(config))
		return error_hint(error_refused("no-object-tree",
					  "%s: is not the object tree of a built kernel",
					  tree->objects),
			"name the folder in which 'make CC=ksplice-cc' left vmlinux");
	tree->vmlinux = file_join(tree->objects, "vmlinux");
	if (!file_exists(tree->vmlinux))
		return error_hint(
			error_refused("no-vmlinux", "%s: is not there", tree->vmlinux),
			"build the kernel first: make CC=ksplice-cc");
	scope_free char *records = file_join(tree->objects, KSPLICE_RECORD_DIR);
	if (!file_is_folder(records))
		return error_hint(error_refused("no-records",
					  "%s: this kernel was not built with ksplice-cc",
					  tree->objects),
			"build it with: make CC=ksplice-cc");
	try(kernel_tree_find_source(tree));
	return kernel_tree_read_release(tree);
}

struct error *kernel_tree_open(const char *path, struct kernel_tree **tree)
{
	struct kernel_tree *opened = memory_allocate(sizeof(*opened));
	struct error *error = kernel_tree_read(opened, path);
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
	free(tree->vmlinux);
	free(tree->release);
	free(tree);
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
	const char *rest;
	/* The object tree may be a folder of the source tree, so it goes first; in a
	 * build without O= both are one, and everything is source. */
	if (strcmp(tree->objects, tree->source) != 0 &&
		file_is_below(tree->objects, path, &rest))
		return memory_format("%s%s", object_prefix, rest);
	if (file_is_below(tree->source, path, &rest))
		return memory_format("%s%s", source_prefix, rest);
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
	size_t count = sizeof(vmlinux_archives) / sizeof(vmlinux_archives[0]);
	struct error *error = NULL;
	for (size_t i = 0; i < count && !error; i++) {
		scope_free char *path = file_join(tree->objects, vmlinux_archives[i]);
		if (i && !file_exists(path))
			continue;
		char **members = NULL;
		size_t member_count = 0;
		error = thin_archive_list(path, &members, &member_count);
		scope_free char *folder = file_parent(vmlinux_archives[i]);
		for (size_t k = 0; k < member_count; k++) {
			*array_add(&objects) = file_normalize(folder, members[k]);
			free(members[k]);
		}
		free(members);
	}
	count = sizeof(vmlinux_objects) / sizeof(vmlinux_objects[0]);
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
