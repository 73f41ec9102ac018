// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_inline.h"

#include <stdlib.h>

static struct unit_inline_entry *unit_inlines_find_slot(
	const struct unit_inlines *inlines, unsigned number)
{
	size_t mask = inlines->capacity - 1;
	size_t slot = (number * 2654435761u) & mask;
	while (inlines->entries[slot].number && inlines->entries[slot].number != number)
		slot = (slot + 1) & mask;
	return &inlines->entries[slot];
}

static void unit_inlines_grow(struct unit_inlines *inlines)
{
	struct unit_inlines grown = {0};
	grown.capacity = inlines->capacity ? inlines->capacity * 2 : 256;
	grown.count = inlines->count;
	grown.entries = memory_allocate(grown.capacity * sizeof(*grown.entries));
	for (size_t i = 0; i < inlines->capacity; i++) {
		struct unit_inline_entry *entry = &inlines->entries[i];
		if (entry->number)
			*unit_inlines_find_slot(&grown, entry->number) = *entry;
	}
	free(inlines->entries);
	*inlines = grown;
}

struct unit_inline_entry *unit_inlines_make(struct unit_inlines *inlines, unsigned number)
{
	if (inlines->count * 2 >= inlines->capacity)
		unit_inlines_grow(inlines);
	struct unit_inline_entry *entry = unit_inlines_find_slot(inlines, number);
	if (!entry->number) {
		entry->number = number;
		inlines->count++;
	}
	return entry;
}

const struct unit_inline_entry *unit_inlines_find(
	const struct unit_inlines *inlines, unsigned number)
{
	if (!inlines->capacity)
		return NULL;
	const struct unit_inline_entry *entry = unit_inlines_find_slot(inlines, number);
	return entry->number ? entry : NULL;
}

void unit_inlines_add(
	struct unit_inlines *inlines, unsigned caller, unsigned origin, bool late)
{
	struct unit_inline_entry *into = unit_inlines_make(inlines, caller);
	const struct unit_inline_entry *from = unit_inlines_find(inlines, origin);
	struct unit_inline_list *list = late ? &into->late : &into->early;
	*array_add(&list->names) = from->name - 1;
	if (from == into)
		return;
	for (size_t i = 0; i < from->early.names.count; i++)
		*array_add(&list->names) = from->early.names.items[i];
}

void unit_inlines_deinit(struct unit_inlines *inlines)
{
	for (size_t i = 0; i < inlines->capacity; i++) {
		free(inlines->entries[i].early.names.items);
		free(inlines->entries[i].late.names.items);
	}
	free(inlines->entries);
	*inlines = (struct unit_inlines){0};
}
