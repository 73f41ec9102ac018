// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/record_rule.h"

static bool record_place_try(
	struct record_place *place, const char *root, const char *object)
{
	const char *rest;
	scope_free char *folder = file_normalize(place->cwd, root);
	if (!file_is_below(folder, object, &rest))
		return false;
	place->object = memory_copy_text(rest);
	place->root = take_pointer(folder);
	return true;
}

int record_place_find(struct record_place *place, const char *object)
{
	struct record_place found = {.cwd = getcwd(NULL, 0)};
	if (!found.cwd)
		return -1;
	scope_free char *absolute = file_normalize(found.cwd, object);
	const char *module = getenv("KBUILD_EXTMOD");
	found.is_module = module && *module && record_place_try(&found, module, absolute);
	if (!found.is_module && !record_place_try(&found, found.cwd, absolute)) {
		found.root = file_parent(absolute);
		found.object = memory_copy_text(file_name(absolute));
	}
	found.folder = file_join(found.root, KSPLICE_RECORD_DIR);
	found.path = memory_format(
		"%s/%s%s", found.folder, found.object, KSPLICE_RECORD_SUFFIX);
	*place = found;
	return 0;
}

/* Of the source tree that the kernel of an object tree was made from, if it is one. */
static bool record_place_has_source(const struct record_place *place, const char *name)
{
	scope_free char *here = file_join(place->root, name);
	scope_free char *source = file_join(place->root, "source");
	scope_free char *there = file_join(source, name);
	return file_exists(here) || file_exists(there);
}

static bool record_place_is_kernel(const struct record_place *place)
{
	return record_place_has_source(place, "init/main.c") &&
	       record_place_has_source(place, "scripts/Kbuild.include");
}

const char *record_place_find_rule(const struct record_place *place)
{
	const char *name = record_rule_find_name(place->object);
	if (!name)
		return NULL;
	/* An out-of-tree module may have folders of any name. */
	bool is_kbuild = place->is_module ? strcmp(name, "module-description") == 0
					  : record_place_is_kernel(place);
	return is_kbuild ? record_rule_find(place->object) : NULL;
}

bool record_place_is_writable(const struct record_place *place)
{
	scope_free char *folder = file_parent(place->path);
	while (!file_exists(folder)) {
		char *above = file_parent(folder);
		free(folder);
		folder = above;
	}
	return file_is_folder(folder) && access(folder, W_OK | X_OK) == 0;
}

void record_place_deinit(struct record_place *place)
{
	free(place->cwd);
	free(place->root);
	free(place->object);
	free(place->folder);
	free(place->path);
	*place = (struct record_place){0};
}
