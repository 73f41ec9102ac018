// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_name.h"

#include <stdlib.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/memory.h"

/* Texts live in blocks that never move, so that pointers to them stay valid. */
#define UNIT_NAME_BLOCK 16384

struct unit_names {
	array_of(struct unit_name) list;
	array_of(char *) blocks;
	size_t block_used;
	size_t block_size;
	uint32_t *slots; /* open addressing: 1 + number, 0 is free */
	uint32_t slot_count;
};

struct unit_names *unit_names_create(void)
{
	struct unit_names *names = memory_allocate(sizeof(*names));
	names->slot_count = 1024;
	names->slots = memory_allocate(names->slot_count * sizeof(uint32_t));
	return names;
}

void unit_names_destroy(struct unit_names *names)
{
	for (size_t i = 0; i < names->blocks.count; i++)
		free(names->blocks.items[i]);
	free(names->blocks.items);
	free(names->list.items);
	free(names->slots);
	free(names);
}

static const char *unit_names_store(
	struct unit_names *names, const char *text, size_t length)
{
	if (names->block_used + length + 1 > names->block_size) {
		names->block_size =
			length + 1 > UNIT_NAME_BLOCK ? length + 1 : UNIT_NAME_BLOCK;
		*array_add(&names->blocks) = memory_allocate(names->block_size);
		names->block_used = 0;
	}
	char *stored = names->blocks.items[names->blocks.count - 1] + names->block_used;
	memcpy(stored, text, length);
	stored[length] = '\0';
	names->block_used += length + 1;
	return stored;
}

static void unit_names_grow(struct unit_names *names)
{
	free(names->slots);
	names->slot_count *= 2;
	names->slots = memory_allocate(names->slot_count * sizeof(uint32_t));
	uint32_t mask = names->slot_count - 1;
	for (uint32_t i = 0; i < names->list.count; i++) {
		uint32_t slot = names->list.items[i].hash & mask;
		while (names->slots[slot])
			slot = (slot + 1) & mask;
		names->slots[slot] = i + 1;
	}
}

uint32_t unit_names_add(struct unit_names *names, const char *text, size_t length)
{
	uint32_t hash = (uint32_t)digest_of(text, length).low;
	uint32_t mask = names->slot_count - 1;
	uint32_t slot = hash & mask;
	for (; names->slots[slot]; slot = (slot + 1) & mask) {
		struct unit_name *known = &names->list.items[names->slots[slot] - 1];
		if (known->hash == hash && known->length == length &&
			memcmp(known->text, text, length) == 0)
			return names->slots[slot] - 1;
	}
	struct unit_name *added = array_add(&names->list);
	added->text = unit_names_store(names, text, length);
	added->length = (uint32_t)length;
	added->hash = hash;
	uint32_t number = (uint32_t)names->list.count - 1;
	names->slots[slot] = number + 1;
	if (names->list.count * 2 > names->slot_count)
		unit_names_grow(names);
	return number;
}

struct unit_name *unit_names_get(struct unit_names *names, uint32_t name)
{
	return &names->list.items[name];
}
