// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_place.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"

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
	bool is_module = module && *module && record_place_try(&found, module, absolute);
	if (!is_module && !record_place_try(&found, found.cwd, absolute)) {
		found.root = file_parent(absolute);
		found.object = memory_copy_text(file_name(absolute));
	}
	found.folder = file_join(found.root, KSPLICE_RECORD_DIR);
	found.path = memory_format(
		"%s/%s%s", found.folder, found.object, KSPLICE_RECORD_SUFFIX);
	*place = found;
	return 0;
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
