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
#include "kmod/kernel/target.h"
#include "kmod/kernel/target_table.h"

struct module;

/* Points into the module's memory, but for the table of targets, the addresses and the
 * scratch, which it owns. */
struct update_image {
	const struct ksplice_update *header;
	const struct ksplice_target *targets;
	const struct ksplice_target *parts;
	struct target_table table; /* what the targets are in memory */
	const struct ksplice_hunk *hunks;
	unsigned long *addresses; /* of the hunks, in their order */
	const struct ksplice_site *sites;
	const u8 *match;
	u8 *scratch; /* twice the largest hunk; for run_pre, under text_mutex */
};

/* True if the array of KSPLICE_ID_SIZE bytes is an id. */
bool update_image_is_id(const char *id);

/*
 * Checks the tables, finds the targets, checks that the update was made for them, that
 * kallsyms agrees with each hunk, and that no two hunks overlap. On success fills image;
 * else an errno, with the reason added to the problems. Until update_image_release,
 * target modules cannot be unloaded.
 */
int update_image_check(const struct module *module, const struct ksplice_update *update,
	struct update_image *image);

/* Lets target modules go. */
void update_image_release(struct update_image *image);

/* Frees what the image owns. All zeros is fine. */
void update_image_deinit(struct update_image *image);

/* Where the hunk is in memory. */
static inline unsigned long update_image_address(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	return image->addresses[hunk - image->hunks];
}

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
