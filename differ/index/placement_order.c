// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/placement_order.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/index/placement.h"
#include "differ/tree/kernel_image.h"
#include "lib/cleanup.h"
#include "lib/memory.h"

/* Where the neighbour of that name ends (forward) or starts (backward); 0 where it has
 * no proven place, because then nothing is next to anything known. */
struct order_mark {
	const char *name;
	uint64_t address;
};

static int order_mark_compare(const void *left, const void *right)
{
	return strcmp(((const struct order_mark *)left)->name,
		((const struct order_mark *)right)->name);
}

static struct order_mark *order_mark_find(void **marks, const char *name)
{
	struct order_mark key = {name, 0};
	struct order_mark **found = tfind(&key, marks, order_mark_compare);
	return found ? *found : NULL;
}

static void order_mark_set(void **marks, const char *name, uint64_t address)
{
	struct order_mark *mark = order_mark_find(marks, name);
	if (!mark) {
		mark = memory_allocate(sizeof(*mark));
		mark->name = name;
		tsearch(mark, marks, order_mark_compare);
	}
	mark->address = address;
}

/* The start of the table as the linker script marks it, or of its output section. */
static uint64_t order_find_start(const struct kernel_image *image, const char *name)
{
	scope_free char *symbol = memory_format("__start_%s", name + strspn(name, "."));
	const struct elf_symbol *start = kernel_image_find_global(image, symbol);
	if (start)
		return start->value;
	const struct elf_section *section = elf_object_find_section(image->object, name);
	return section ? section->address : 0;
}

static void order_place_section(const struct kernel_image *image, void **marks,
	const struct ordered_object *object, uint32_t index, bool forward)
{
	const struct elf_section *section = &object->object->sections[index];
	struct placement *place = &object->places[index];
	const struct order_mark *mark = order_mark_find(marks, section->name);
	uint64_t align = section->alignment - 1;
	if (place->state == PLACEMENT_UNPROVEN) {
		uint64_t candidate = 0;
		if (forward)
			candidate = mark ? mark->address
					 : order_find_start(image, section->name);
		else if (mark && mark->address)
			candidate = mark->address - section->size;
		if (candidate)
			placement_try(image, object->object, object->places, index,
				forward ? (candidate + align) & ~align
					: candidate & ~align,
				PLACEMENT_BY_ORDER);
	}
	if (place->state == PLACEMENT_PROVEN)
		order_mark_set(marks, section->name,
			forward ? place->address + section->size : place->address);
	else if (place->state == PLACEMENT_UNPROVEN)
		order_mark_set(marks, section->name, 0);
}

void placement_order(const struct kernel_image *image,
	const struct ordered_object *objects, size_t count)
{
	void *marks = NULL;
	for (size_t i = 0; i < count; i++) {
		for (uint32_t k = 1; k < objects[i].object->section_count; k++)
			order_place_section(image, &marks, &objects[i], k, true);
	}
	tdestroy(marks, free);
	marks = NULL;
	for (size_t i = count; i-- > 0;) {
		for (uint32_t k = (uint32_t)objects[i].object->section_count; k-- > 1;)
			order_place_section(image, &marks, &objects[i], k, false);
	}
	tdestroy(marks, free);
}
