// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_path.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/record_rule.h"
#include "lib/text.h"

static bool record_path_try(
	struct record_path *path, const char *root, const char *object)
{
	const char *rest;
	scope_free char *folder = file_normalize(path->cwd, root);
	if (!file_is_below(folder, object, &rest))
		return false;
	path->object = memory_copy_text(rest);
	path->root = take_pointer(folder);
	return true;
}

int record_path_find(struct record_path *path, const char *object)
{
	struct record_path found = {.cwd = getcwd(NULL, 0)};
	if (!found.cwd)
		return -1;
	scope_free char *absolute = file_normalize(found.cwd, object);
	const char *module = getenv("KBUILD_EXTMOD");
	found.is_module = module && *module && record_path_try(&found, module, absolute);
	if (!found.is_module && !record_path_try(&found, found.cwd, absolute)) {
		found.root = file_parent(absolute);
		found.object = memory_copy_text(file_name(absolute));
	}
	found.folder = file_join(found.root, KSPLICE_RECORD_DIR);
	found.file = memory_format(
		"%s/%s%s", found.folder, found.object, KSPLICE_RECORD_SUFFIX);
	*path = found;
	return 0;
}

/* Objects that another program makes and takes away, by how their names begin. */
static const struct record_path_passing {
	const char *prefix;
	const char *why;
} record_path_passing_objects[] = {
	{"distccd_", "distccd sends it to another machine"},
};

static const char *record_path_find_passing(const char *object)
{
	size_t count = sizeof(record_path_passing_objects) /
		       sizeof(record_path_passing_objects[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(
			    file_name(object), record_path_passing_objects[i].prefix))
			return record_path_passing_objects[i].why;
	}
	return NULL;
}

/* True if the object tree, or the source tree that it was made from, has the file. */
static bool record_path_has_source(const struct record_path *path, const char *name)
{
	scope_free char *here = file_join(path->root, name);
	scope_free char *source = file_join(path->root, "source");
	scope_free char *there = file_join(source, name);
	return file_exists(here) || file_exists(there);
}

static bool record_path_is_kernel(const struct record_path *path)
{
	return record_path_has_source(path, "init/main.c") &&
	       record_path_has_source(path, "scripts/Kbuild.include");
}

const char *record_path_find_rule(const struct record_path *path)
{
	const char *passing = record_path_find_passing(path->object);
	if (passing)
		return passing;
	const char *name = record_rule_find_name(path->object);
	if (!name)
		return NULL;
	/* An out-of-tree module may have folders of any name. */
	bool is_kbuild = path->is_module ? strcmp(name, "module-description") == 0
					 : record_path_is_kernel(path);
	return is_kbuild ? record_rule_find(path->object) : NULL;
}

bool record_path_is_writable(const struct record_path *path)
{
	scope_free char *folder = file_parent(path->file);
	while (!file_exists(folder)) {
		char *above = file_parent(folder);
		free(folder);
		folder = above;
	}
	return file_is_folder(folder) && access(folder, W_OK | X_OK) == 0;
}

void record_path_deinit(struct record_path *path)
{
	free(path->cwd);
	free(path->root);
	free(path->object);
	free(path->folder);
	free(path->file);
	*path = (struct record_path){0};
}
