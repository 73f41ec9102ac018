// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/referrer.h"

#include <stdlib.h>
#include <string.h>

#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"

struct referrer_list {
	struct referrer *items;
	size_t count;
	size_t capacity;
};

static int referrer_compare(const void *left, const void *right)
{
	const struct referrer *a = left;
	const struct referrer *b = right;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->reloc < b->reloc ? -1 : a->reloc > b->reloc;
}

struct referrer_list *referrer_list_create(const struct piece_set *set)
{
	struct referrer_list *list = memory_allocate(sizeof(*list));
	for (size_t i = 0; i < set->count; i++) {
		struct piece *from = &set->pieces[i];
		for (size_t k = 0; k < from->reloc_count; k++) {
			struct piece_target target = {0};
			if (&from->relocs[k] == from->idle_reloc)
				continue;
			struct error *unclear =
				piece_resolve_reloc(set, from, &from->relocs[k], &target);
			error_free(unclear);
			if (unclear || !target.piece)
				continue;
			struct referrer *added = array_add(list);
			added->from = from;
			added->reloc = &from->relocs[k];
			added->to = target.piece;
			added->offset = target.offset;
			added->is_branch = target.is_branch;
		}
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), referrer_compare);
	return list;
}

void referrer_list_free(struct referrer_list *list)
{
	if (!list)
		return;
	free(list->items);
	free(list);
}

const struct referrer *referrer_list_find(
	const struct referrer_list *list, const struct piece *to, size_t *count)
{
	size_t low = 0;
	size_t high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->items[middle].to < to)
			low = middle + 1;
		else
			high = middle;
	}
	size_t end = low;
	while (end < list->count && list->items[end].to == to)
		end++;
	*count = end - low;
	return list->items + low;
}

const struct referrer *referrer_list_find_address(
	const struct referrer_list *list, const struct piece *function)
{
	size_t count;
	const struct referrer *found = referrer_list_find(list, function, &count);
	for (size_t i = 0; i < count; i++) {
		enum section_role role = found[i].from->role;
		if (!found[i].is_branch && !found[i].offset && role != SECTION_TABLE &&
			role != SECTION_ONCE)
			return &found[i];
	}
	return NULL;
}

bool referrer_is_access(const struct referrer *referrer)
{
	const struct piece *from = referrer->from;
	const uint8_t *code = from->section->data + from->offset;
	uint64_t field = referrer->reloc->offset - from->offset;
	uint64_t start;
	if (!piece_is_code(from))
		return false;
	scope_free char *text = disassembly_show(code, from->size, field, &start);
	uint64_t end = disassembly_find_end(code, from->size, field);
	if (!end || strncmp(text, "lea", 3) == 0)
		return false;
	/* An immediate operand is the last field of its instruction. */
	bool is_last = field + elf_reloc_width(referrer->reloc->type) == end;
	return !(is_last && strchr(text, '$'));
}
