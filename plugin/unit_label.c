// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_label.h"

#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

void unit_label_map_restart(struct unit_label_map *map)
{
	map->stamp++;
	map->count = 0;
}

static void unit_label_map_reserve(struct unit_label_map *map, uint32_t number)
{
	size_t capacity = map->capacity ? map->capacity : 1024;
	while (capacity <= number)
		capacity *= 2;
	map->labels = memory_resize(map->labels, capacity, sizeof(*map->labels));
	memset(map->labels + map->capacity, 0,
		(capacity - map->capacity) * sizeof(*map->labels));
	map->capacity = capacity;
}

bool unit_label_map_has(const struct unit_label_map *map, uint32_t number)
{
	return number < map->capacity && map->labels[number].stamp == map->stamp;
}

uint32_t unit_label_map_add(struct unit_label_map *map, uint32_t number)
{
	if (number >= UNIT_LABEL_LIMIT)
		return number;
	if (number >= map->capacity)
		unit_label_map_reserve(map, number);
	struct unit_label *label = &map->labels[number];
	if (label->stamp != map->stamp) {
		label->stamp = map->stamp;
		label->ordinal = map->count++;
	}
	return label->ordinal;
}

void unit_label_map_deinit(struct unit_label_map *map)
{
	free(map->labels);
	*map = (struct unit_label_map){0};
}
