// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_name.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

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

/* Where the number stands in a name that __COUNTER__ or __LINE__ made unique. */
enum unit_name_form {
	UNIT_NAME_ENDING,   /* name123 */
	UNIT_NAME_INITCALL, /* ...__123_456_function6: counter, line */
};

/* include/linux/compiler.h __UNIQUE_ID, init.h ___initcall_id, btf_ids.h __BTF_ID. */
static const struct unit_name_rule {
	const char *prefix;
	enum unit_name_form form;
} unit_name_rules[] = {
	{"__UNIQUE_ID_", UNIT_NAME_ENDING},
	{"__BTF_ID__", UNIT_NAME_ENDING},
	{"__initcall__kmod_", UNIT_NAME_INITCALL},
	{"__initstub__kmod_", UNIT_NAME_INITCALL},
};

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

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
	uint32_t hash = (uint32_t)XXH3_64bits(text, length);
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

static const struct unit_name_rule *unit_name_find_rule(const char *text, size_t length)
{
	/* All rules begin so; most names do not. */
	if (length < 3 || text[0] != '_' || text[1] != '_')
		return NULL;
	size_t count = sizeof(unit_name_rules) / sizeof(unit_name_rules[0]);
	for (size_t i = 0; i < count; i++) {
		size_t prefix = strlen(unit_name_rules[i].prefix);
		if (length > prefix &&
			memcmp(text, unit_name_rules[i].prefix, prefix) == 0)
			return &unit_name_rules[i];
	}
	return NULL;
}

bool unit_name_is_counted(const char *text, size_t length)
{
	return unit_name_find_rule(text, length) != NULL;
}

static size_t unit_name_drop_digits(const char *text, size_t length)
{
	while (length && is_digit(text[length - 1]))
		length--;
	return length;
}

bool unit_name_is_numbered(const char *text, size_t length)
{
	size_t kept = unit_name_drop_digits(text, length);
	return kept < length && kept > 1 && text[kept - 1] == '.';
}

/* The part "__123_456_" of a name: where it starts, and its length; 0 if not there. */
static size_t unit_name_find_counter(const char *text, size_t length, size_t *start)
{
	for (size_t i = 0; i + 5 < length; i++) {
		if (text[i] != '_' || text[i + 1] != '_' || !is_digit(text[i + 2]))
			continue;
		size_t end = i + 2;
		while (end < length && is_digit(text[end]))
			end++;
		if (end + 1 >= length || text[end] != '_' || !is_digit(text[end + 1]))
			continue;
		end++;
		while (end < length && is_digit(text[end]))
			end++;
		if (end < length && text[end] == '_') {
			*start = i;
			return end + 1 - i;
		}
	}
	return 0;
}

size_t unit_name_strip(const char *text, size_t length, char *stripped)
{
	if (unit_name_is_numbered(text, length))
		length = unit_name_drop_digits(text, length) - 1;
	const struct unit_name_rule *rule = unit_name_find_rule(text, length);
	size_t start = 0;
	size_t counter = 0;
	if (rule && rule->form == UNIT_NAME_ENDING)
		length = unit_name_drop_digits(text, length);
	else if (rule)
		counter = unit_name_find_counter(text, length, &start);
	memcpy(stripped, text, start);
	memcpy(stripped + start, text + start + counter, length - start - counter);
	length -= counter;
	stripped[length] = '\0';
	return length;
}
