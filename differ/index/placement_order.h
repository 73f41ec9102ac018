/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * placement_order.h - places for sections that only the link order can find
 *
 * Tables that other sections never refer to (__bug_table, .return_sites, …) hold no
 * symbol and are the target of no relocation. The linker puts same-named sections of
 * one object after another, so such a section begins where its predecessor ends.
 * placement_try proves the candidate like any other.
 */
#ifndef KSPLICE_DIFFER_INDEX_PLACEMENT_ORDER_H
#define KSPLICE_DIFFER_INDEX_PLACEMENT_ORDER_H

#include <stddef.h>

struct elf_object;
struct kernel_image;
struct placement;

struct ordered_object {
	const struct elf_object *object;
	struct placement *places; /* from placement_find; completed in place */
};

/* The objects are in link order. */
void placement_order(const struct kernel_image *image,
	const struct ordered_object *objects, size_t count);

#endif
