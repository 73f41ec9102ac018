/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_part.h - one kernel module of an update, which changes one target
 *
 * An update has a part for each of its targets. They share the id, and are applied and
 * reversed together; a part whose target is not loaded is not loaded either.
 */
#ifndef KSPLICE_KMOD_UPDATE_PART_H
#define KSPLICE_KMOD_UPDATE_PART_H

#include <linux/list.h>
#include <linux/types.h>

#include "kmod/change/stack_scan.h"
#include "kmod/match/update_image.h"
#include "kmod/update/replaced_code.h"

struct ksplice_target;
struct live_update;
struct module;

/* What the transition that runs now does with a part. */
enum part_fate {
	PART_STAYS, /* as it is, applied or not */
	PART_ENTERS,
	PART_LEAVES,
};

struct update_part {
	struct list_head node; /* of its update's parts, in the order of loading */
	struct live_update *update;
	struct module *module;
	struct update_image image;
	struct replacement *replacements; /* one for each hunk */
	size_t replacement_count;
	/* Where nobody may be at reversal: all its code. */
	struct stack_range new_code;
	/* The modules of earlier updates that it changes or takes symbols from, and other
	 * parts of its own update. They are loaded as long as it is. */
	struct update_part **parents;
	size_t parent_count;

	/* protected by the update lock */
	bool is_applied;
	bool was_applied; /* ever */
	/* Its target has been unloaded: it is not applied, and never will be again. */
	bool is_gone;
	enum part_fate fate;
};

#define update_part_foreach_replacement(replacement, part)                               \
	for (replacement = (part)->replacements;                                         \
		replacement < (part)->replacements + (part)->replacement_count;          \
		replacement++)

/*
 * Takes a module's checked tables and matches what they replace. 0, or an errno with the
 * reason as a problem. When it succeeds the image is the part's, and image all zeros. The
 * caller holds the update lock, here and for the second.
 */
int update_part_create(struct module *module, struct update_image *image,
	struct live_update *update, struct update_part **part);
void update_part_destroy(struct update_part *part); /* NULL is fine */

/* True if that is the part's target. */
bool update_part_is_for(const struct update_part *part, const struct ksplice_target *row);

/* Its target is unloaded, and with it all that the part has replaced. Nothing is written.
 * The caller holds the update lock and probe_guard_lock. */
void update_part_forget(struct update_part *part);

#endif
