/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_update.h - bringing the index up to date with records, objects and vmlinux
 */
#ifndef KSPLICE_DIFFER_INDEX_UPDATE_H
#define KSPLICE_DIFFER_INDEX_UPDATE_H

struct database;
struct error;
struct kernel_image;
struct kernel_tree;

/*
 * One transaction: reads the records that are new or changed, forgets those that are
 * gone, and places the objects' sections anew when vmlinux is another one than before.
 */
struct error *index_update(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image);

#endif
