/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_image.h - an update module's tables, checked, as the rest of the core sees them
 *
 * The format is in abi/update.h. Nothing else reads it before update_image_check has
 * said that every offset, size and address in it is sane, so the others need not.
 */
#ifndef KSPLICE_KMOD_UPDATE_IMAGE_H
#define KSPLICE_KMOD_UPDATE_IMAGE_H

#include <linux/types.h>

#include "abi/update.h"

struct module;

/* Points into the module's memory. */
struct update_image {
	const struct ksplice_update *header;
	const struct ksplice_target *targets;
	const struct ksplice_hunk *hunks;
	const struct ksplice_site *sites;
	const u8 *match;
};

/*
 * Checks the tables, that they were made for the running kernel, and that kallsyms agrees
 * with each hunk. On success fills image; else an errno, with the reason added to the
 * problems.
 */
int update_image_check(const struct module *module, const struct ksplice_update *update,
	struct update_image *image);

static inline const char *update_image_name(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	return (const char *)image->match + hunk->name;
}

static inline const char *update_image_target(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	return image->targets[hunk->place.target].name;
}

#define update_image_foreach_hunk(hunk, image)                                           \
	for (hunk = (image)->hunks; hunk < (image)->hunks + (image)->header->hunk_count; \
		hunk++)

#endif
