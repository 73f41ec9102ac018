/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name_map.h - a map from texts to numbers
 */
#ifndef KSPLICE_LIB_NAME_MAP_H
#define KSPLICE_LIB_NAME_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_slot;

/* Zero-initialise it; release with name_map_deinit. */
struct name_map {
	struct name_slot *slots;
	size_t capacity; /* a power of two */
	size_t count;
};

/* Gives the name a number; the name is copied, an earlier number replaced. */
void name_map_set(struct name_map *map, const char *name, int64_t number);

/* False if the name has no number. */
bool name_map_find(const struct name_map *map, const char *name, int64_t *number);

void name_map_deinit(struct name_map *map);

#define scope_name_map __attribute__((cleanup(name_map_deinit)))

#endif
