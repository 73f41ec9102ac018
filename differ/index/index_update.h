/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_update.h - bringing the index up to date with records, objects and targets
 *
 *     index_survey ──▶ unit ─▶ index_record ──▶ index_place
 *     (what changed)           (what it says)   (where it is, proven)
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_UPDATE_H
#define KSPLICE_DIFFER_INDEX_INDEX_UPDATE_H

#include <stdbool.h>

struct database;
struct error;
struct kernel_image;
struct kernel_tree;

/* Is there nothing to do? Only reads. */
struct error *index_update_check(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image,
	bool *is_current);

/* One transaction: enters what is new or changed, forgets what is gone. */
struct error *index_update(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image);

#endif
