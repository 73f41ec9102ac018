/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_inline.h - which function bodies were copied into which functions
 *
 * GCC inlines in two rounds. The early round processes callees first, so a callee
 * contains the bodies that were inlined into it before. The late round copies callees as
 * the early round left them, and then inlines into the copy; each copy is an event.
 */
#ifndef KSPLICE_UNIT_INLINE_H
#define KSPLICE_UNIT_INLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/memory.h"

struct unit_inline_list {
	array_of(uint32_t) names;
};

struct unit_inline_entry {
	unsigned number; /* of the function; 0 marks a free slot */
	uint32_t name;   /* 1 + its name, 0 if that is not known yet */
	struct unit_inline_list early;
	struct unit_inline_list late;
};

/* Zero-initialise. */
struct unit_inlines {
	struct unit_inline_entry *entries; /* open addressing by number */
	size_t capacity;
	size_t count;
};

/* The entry of a function, made if it is new; valid until the next one is made. */
struct unit_inline_entry *unit_inlines_make(
	struct unit_inlines *inlines, unsigned number);

/* origin was copied into caller; its name is known. */
void unit_inlines_add(
	struct unit_inlines *inlines, unsigned caller, unsigned origin, bool late);

/* The lists of a function, NULL if nothing was inlined into it. */
const struct unit_inline_entry *unit_inlines_find(
	const struct unit_inlines *inlines, unsigned number);

void unit_inlines_deinit(struct unit_inlines *inlines);

#endif
