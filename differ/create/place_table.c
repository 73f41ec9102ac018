// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/place_table.h"

#include <stdlib.h>
#include <string.h>

#include "differ/create/update_target.h"
#include "lib/memory.h"
#include "lib/text.h"

uint32_t place_table_add_target(
	struct place_table *table, const struct ksplice_target *target)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].kind == target->kind &&
			strcmp(table->rows[i].name, target->name) == 0)
			return (uint32_t)i;
	}
	table->rows = array_reserve(
		table->rows, sizeof(*table->rows), table->count + 1, &table->capacity);
	table->rows[table->count] = *target;
	return (uint32_t)table->count++;
}

static uint32_t table_find_section(
	struct place_table *table, struct text *strings, const char *section)
{
	int64_t offset;
	if (name_map_find(&table->sections, section, &offset))
		return (uint32_t)offset;
	offset = (int64_t)strings->size;
	text_add_range(strings, section, strlen(section) + 1);
	name_map_set(&table->sections, section, offset);
	return (uint32_t)offset;
}

struct ksplice_place place_table_encode(
	struct place_table *table, struct text *strings, const struct target_place *place)
{
	if (place->is_fixed)
		return (struct ksplice_place){.offset = place->offset,
			.target = KSPLICE_NO_TARGET,
			.section = KSPLICE_NO_SECTION};
	uint32_t target = place_table_add_target(table, place->target);
	if (place->is_empty)
		return (struct ksplice_place){
			.target = target, .section = KSPLICE_EMPTY_SECTION};
	return (struct ksplice_place){
		.offset = place->offset,
		.target = target,
		.section = place->section
				   ? table_find_section(table, strings, place->section)
				   : KSPLICE_NO_SECTION,
	};
}

void place_table_deinit(struct place_table *table)
{
	free(table->rows);
	name_map_deinit(&table->sections);
	*table = (struct place_table){0};
}
