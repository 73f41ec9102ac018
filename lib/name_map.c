// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/name_map.h"

#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/memory.h"

struct name_slot {
	char *name; /* NULL: free */
	uint64_t hash;
	int64_t number;
};

/* The slot of the name, or the free one where it belongs. Open addressing: the map
 * is never more than half full. */
static struct name_slot *name_map_slot(
	const struct name_map *map, const char *name, uint64_t hash)
{
	size_t at = hash & (map->capacity - 1);
	while (map->slots[at].name &&
		(map->slots[at].hash != hash || strcmp(map->slots[at].name, name) != 0))
		at = (at + 1) & (map->capacity - 1);
	return &map->slots[at];
}

static void name_map_grow(struct name_map *map)
{
	struct name_map grown = {0};
	grown.capacity = map->capacity ? map->capacity * 2 : 64;
	grown.count = map->count;
	grown.slots = memory_allocate(grown.capacity * sizeof(struct name_slot));
	for (size_t i = 0; i < map->capacity; i++) {
		const struct name_slot *old = &map->slots[i];
		if (old->name)
			*name_map_slot(&grown, old->name, old->hash) = *old;
	}
	free(map->slots);
	*map = grown;
}

void name_map_set(struct name_map *map, const char *name, int64_t number)
{
	if (map->count * 2 >= map->capacity)
		name_map_grow(map);
	uint64_t hash = digest_of(name, strlen(name)).low;
	struct name_slot *slot = name_map_slot(map, name, hash);
	if (!slot->name) {
		slot->name = memory_copy_text(name);
		slot->hash = hash;
		map->count++;
	}
	slot->number = number;
}

bool name_map_find(const struct name_map *map, const char *name, int64_t *number)
{
	if (!map->count)
		return false;
	const struct name_slot *slot =
		name_map_slot(map, name, digest_of(name, strlen(name)).low);
	if (!slot->name)
		return false;
	*number = slot->number;
	return true;
}

void name_map_deinit(struct name_map *map)
{
	for (size_t i = 0; i < map->capacity; i++)
		free(map->slots[i].name);
	free(map->slots);
	*map = (struct name_map){0};
}
