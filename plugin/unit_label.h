/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_label.h - numbers in order of appearance, for labels
 *
 * GCC numbers labels from the start of the translation unit, so a label's number depends
 * on all code before it. The order of appearance within the function does not.
 */
#ifndef KSPLICE_UNIT_LABEL_H
#define KSPLICE_UNIT_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Labels with a larger number keep it: a table for them would be too large. */
#define UNIT_LABEL_LIMIT (1u << 22)

struct unit_label {
	uint32_t stamp;
	uint32_t ordinal; /* valid while stamp is the current one */
};

/* Zero-initialise; start with unit_label_map_restart. */
struct unit_label_map {
	struct unit_label *labels;
	size_t capacity;
	uint32_t stamp;
	uint32_t count; /* labels that have appeared */
};

/* Forgets all labels, in constant time. */
void unit_label_map_restart(struct unit_label_map *map);

bool unit_label_map_has(const struct unit_label_map *map, uint32_t number);

/* The ordinal of the label; it gets the next one if it appears for the first time. */
uint32_t unit_label_map_add(struct unit_label_map *map, uint32_t number);

void unit_label_map_deinit(struct unit_label_map *map);

#endif
