/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_object.h - the update's own object: what travels, and what the core needs
 *
 *     travelling pieces ─┐
 *     match records     ─┼─▶ update.o ─▶ (with the template) ksplice-<id>-vmlinux.ko
 *     symbol list       ─┘
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H
#define KSPLICE_DIFFER_CREATE_UPDATE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct kernel_image;
struct kernel_layout;
struct kernel_tree;
struct update_match;
struct update_unit;

struct update_content {
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	const struct kernel_layout *layout;
	const struct update_unit *units; /* those without a change add nothing */
	size_t unit_count;
	const struct update_match *match;
	const char *id;
	bool is_irreversible;
};

/* Writes the object to path. */
struct error *update_object_write(const struct update_content *content, const char *path);

#endif
