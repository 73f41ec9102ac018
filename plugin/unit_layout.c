// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_layout.h"

#include <stdlib.h>
#include <string.h>

#include "lib/json_text.h"
#include "lib/memory.h"
#include "lib/text.h"

#define LAYOUT_NONE UINT32_MAX

/* A map from numbers that are not 0 to numbers; zero-initialise. */
struct layout_slot {
	uint32_t key;
	uint32_t value;
};

struct layout_map {
	struct layout_slot *slots;
	size_t capacity;
	size_t count;
};

struct layout_type {
	uint32_t place;     /* in the written array, or LAYOUT_NONE */
	const char *shared; /* why its objects may be anywhere; NULL: they are not */
	uint32_t sharer;    /* the function that shows it */
	char *lent;         /* name of a variable */
	/* The use that a list has already noted, valid while the stamp is the list's. */
	uint32_t stamp;
	int use;
};

struct layout_use {
	uint32_t type;
	int use;
};

struct layout_function {
	char *name;
	size_t first; /* in uses */
	size_t count;
};

/* A type that was written. */
struct layout_entry {
	struct text text; /* JSON, without what is only known at the end */
	uint32_t type;
	size_t first_content; /* in contents */
	size_t content_count;
};

struct unit_layouts {
	struct layout_map types_by_number;
	struct layout_map functions_by_number;
	struct layout_map functions_by_name; /* name + 1 */
	struct layout_map variables;         /* to 1 + the type */
	array_of(struct layout_type) types;
	array_of(struct layout_function) functions;
	array_of(struct layout_use) uses;
	array_of(struct layout_entry) entries;
	array_of(uint32_t) contents; /* types */
	array_of(uint32_t) list;     /* types of the open list */
	uint32_t function;           /* the open one */
	uint32_t stamp;
	struct text members;
	struct text values;
};

static struct layout_slot *layout_map_find_slot(
	const struct layout_map *map, uint32_t key)
{
	size_t mask = map->capacity - 1;
	size_t slot = (key * 2654435761u) & mask;
	while (map->slots[slot].key && map->slots[slot].key != key)
		slot = (slot + 1) & mask;
	return &map->slots[slot];
}

static uint32_t layout_map_find(const struct layout_map *map, uint32_t key)
{
	if (!map->capacity || !key)
		return LAYOUT_NONE;
	const struct layout_slot *slot = layout_map_find_slot(map, key);
	return slot->key ? slot->value : LAYOUT_NONE;
}

static void layout_map_set(struct layout_map *map, uint32_t key, uint32_t value)
{
	if (!key)
		return;
	if (map->count * 2 >= map->capacity) {
		struct layout_map grown = {.count = map->count};
		grown.capacity = map->capacity ? map->capacity * 2 : 256;
		grown.slots = memory_allocate(grown.capacity * sizeof(*grown.slots));
		for (size_t i = 0; i < map->capacity; i++) {
			if (map->slots[i].key)
				*layout_map_find_slot(&grown, map->slots[i].key) =
					map->slots[i];
		}
		free(map->slots);
		*map = grown;
	}
	struct layout_slot *slot = layout_map_find_slot(map, key);
	map->count += !slot->key;
	*slot = (struct layout_slot){key, value};
}

struct unit_layouts *unit_layouts_create(void)
{
	struct unit_layouts *layouts = memory_allocate(sizeof(*layouts));
	layouts->function = LAYOUT_NONE;
	return layouts;
}

void unit_layouts_destroy(struct unit_layouts *layouts)
{
	if (!layouts)
		return;
	array_foreach (type, &layouts->types)
		free(type->lent);
	array_foreach (function, &layouts->functions)
		free(function->name);
	array_foreach (entry, &layouts->entries)
		text_deinit(&entry->text);
	free(layouts->types_by_number.slots);
	free(layouts->functions_by_number.slots);
	free(layouts->functions_by_name.slots);
	free(layouts->variables.slots);
	free(layouts->types.items);
	free(layouts->functions.items);
	free(layouts->uses.items);
	free(layouts->entries.items);
	free(layouts->contents.items);
	free(layouts->list.items);
	text_deinit(&layouts->members);
	text_deinit(&layouts->values);
	free(layouts);
}

/* ---- types ------------------------------------------------------------------- */

bool unit_layouts_add_type(struct unit_layouts *layouts, unsigned type)
{
	if (layout_map_find(&layouts->types_by_number, type) != LAYOUT_NONE)
		return false;
	layout_map_set(&layouts->types_by_number, type, (uint32_t)layouts->types.count);
	array_add(&layouts->types)->place = LAYOUT_NONE;
	return true;
}

static uint32_t unit_layouts_find(struct unit_layouts *layouts, unsigned type)
{
	unit_layouts_add_type(layouts, type);
	return layout_map_find(&layouts->types_by_number, type);
}

void unit_layouts_lend_name(
	struct unit_layouts *layouts, unsigned type, const char *variable)
{
	struct layout_type *known =
		&layouts->types.items[unit_layouts_find(layouts, type)];
	if (!known->lent)
		known->lent = memory_copy_text(variable);
}

const char *unit_layouts_get_lent_name(struct unit_layouts *layouts, unsigned type)
{
	return layouts->types.items[unit_layouts_find(layouts, type)].lent;
}

void unit_layouts_begin_type(struct unit_layouts *layouts, unsigned type,
	const struct unit_layout_facts *facts)
{
	uint32_t known = unit_layouts_find(layouts, type);
	layouts->types.items[known].place = (uint32_t)layouts->entries.count;
	struct layout_entry *entry = array_add(&layouts->entries);
	entry->type = known;
	struct text *text = &entry->text;
	text_add(text, "{");
	json_text_put_string(text, "kind", facts->kind);
	if (facts->name)
		json_text_put_string(text, "name", facts->name);
	if (facts->is_variable) {
		json_text_add_key(text, "variable");
		text_add(text, "true");
	}
	if (facts->owner)
		json_text_put_string(text, "owner", facts->owner);
	if (facts->file) {
		json_text_put_string(text, "file", facts->file);
		json_text_put_number(text, "line", facts->line);
	}
	json_text_put_number(text, "size", facts->size);
	json_text_put_number(text, "align", facts->align);
	entry->first_content = layouts->contents.count;
	layouts->members.size = 0;
	layouts->values.size = 0;
}

void unit_layouts_add_member(struct unit_layouts *layouts, const char *name,
	uint64_t offset, uint64_t size, const char *type)
{
	struct text *text = &layouts->members;
	json_text_add_separator(text);
	text_add(text, "{");
	json_text_put_string(text, "name", name);
	json_text_put_number(text, "offset", offset);
	json_text_put_number(text, "size", size);
	json_text_put_string(text, "type", type);
	text_add(text, "}");
}

void unit_layouts_add_value(
	struct unit_layouts *layouts, const char *name, const char *value)
{
	struct text *text = &layouts->values;
	json_text_add_separator(text);
	text_add(text, "{");
	json_text_put_string(text, "name", name);
	json_text_put_string(text, "value", value);
	text_add(text, "}");
}

void unit_layouts_add_content(struct unit_layouts *layouts, unsigned type)
{
	struct layout_entry *entry = &layouts->entries.items[layouts->entries.count - 1];
	uint32_t known = unit_layouts_find(layouts, type);
	for (size_t i = entry->first_content; i < layouts->contents.count; i++) {
		if (layouts->contents.items[i] == known)
			return;
	}
	*array_add(&layouts->contents) = known;
	entry->content_count++;
}

static void unit_layouts_put_array(
	struct text *text, const char *key, const struct text *items)
{
	if (!items->size)
		return;
	json_text_add_key(text, key);
	text_add(text, "[");
	text_add_range(text, items->data, items->size);
	text_add(text, "]");
}

void unit_layouts_end_type(struct unit_layouts *layouts)
{
	struct layout_entry *entry = &layouts->entries.items[layouts->entries.count - 1];
	unit_layouts_put_array(&entry->text, "members", &layouts->members);
	unit_layouts_put_array(&entry->text, "values", &layouts->values);
}

/* ---- functions and variables ------------------------------------------------- */

void unit_layouts_begin_function(
	struct unit_layouts *layouts, unsigned function, const char *name)
{
	layouts->function = (uint32_t)layouts->functions.count;
	layouts->stamp++;
	struct layout_function *added = array_add(&layouts->functions);
	added->name = memory_copy_text(name);
	added->first = layouts->uses.count;
	layout_map_set(&layouts->functions_by_number, function, layouts->function);
}

void unit_layouts_end_function(struct unit_layouts *layouts)
{
	struct layout_function *function = &layouts->functions.items[layouts->function];
	function->count = layouts->uses.count - function->first;
	layouts->function = LAYOUT_NONE;
}

/* True if the list with the present stamp did not have it yet. */
static bool layout_type_take(struct layout_type *type, uint32_t stamp, int use)
{
	if (type->stamp != stamp)
		type->use = 0;
	type->stamp = stamp;
	int before = type->use;
	type->use |= use;
	return type->use != before;
}

void unit_layouts_use(struct unit_layouts *layouts, unsigned type, int use)
{
	uint32_t known = unit_layouts_find(layouts, type);
	if (layout_type_take(&layouts->types.items[known], layouts->stamp, use))
		*array_add(&layouts->uses) = (struct layout_use){known, use};
}

static void layout_type_share(
	struct layout_type *type, uint32_t function, const char *why)
{
	if (type->shared)
		return;
	type->shared = why;
	type->sharer = function;
}

void unit_layouts_set_shared(struct unit_layouts *layouts, unsigned type, const char *why)
{
	uint32_t known = unit_layouts_find(layouts, type);
	layout_type_share(&layouts->types.items[known], layouts->function, why);
}

void unit_layouts_open_parameters(
	struct unit_layouts *layouts, unsigned function, const char *why)
{
	uint32_t known = layout_map_find(&layouts->functions_by_number, function);
	if (known == LAYOUT_NONE)
		return;
	const struct layout_function *opened = &layouts->functions.items[known];
	for (size_t i = 0; i < opened->count; i++) {
		const struct layout_use *use = &layouts->uses.items[opened->first + i];
		if (use->use & UNIT_LAYOUT_PARAMETER)
			layout_type_share(&layouts->types.items[use->type], known, why);
	}
}

void unit_layouts_add_variable(
	struct unit_layouts *layouts, unsigned variable, unsigned type)
{
	layout_map_set(&layouts->variables, variable, unit_layouts_find(layouts, type));
}

/* ---- what is only known at the end ------------------------------------------- */

void unit_layouts_name_function(
	struct unit_layouts *layouts, unsigned function, uint32_t name)
{
	uint32_t known = layout_map_find(&layouts->functions_by_number, function);
	if (known != LAYOUT_NONE)
		layout_map_set(&layouts->functions_by_name, name + 1, known);
}

void unit_layouts_start_list(struct unit_layouts *layouts)
{
	layouts->stamp++;
	layouts->list.count = 0;
}

static void unit_layouts_join(struct unit_layouts *layouts, uint32_t function)
{
	if (function == LAYOUT_NONE)
		return;
	const struct layout_function *joined = &layouts->functions.items[function];
	for (size_t i = 0; i < joined->count; i++) {
		const struct layout_use *use = &layouts->uses.items[joined->first + i];
		struct layout_type *type = &layouts->types.items[use->type];
		bool is_listed = type->stamp == layouts->stamp;
		layout_type_take(type, layouts->stamp, use->use);
		if (!is_listed && type->place != LAYOUT_NONE)
			*array_add(&layouts->list) = use->type;
	}
}

void unit_layouts_join_function(struct unit_layouts *layouts, unsigned function)
{
	unit_layouts_join(
		layouts, layout_map_find(&layouts->functions_by_number, function));
}

void unit_layouts_join_name(struct unit_layouts *layouts, uint32_t name)
{
	unit_layouts_join(
		layouts, layout_map_find(&layouts->functions_by_name, name + 1));
}

static void unit_layouts_put_uses(
	struct unit_layouts *layouts, const char *key, int use, struct text *text)
{
	bool is_open = false;
	array_foreach (number, &layouts->list) {
		const struct layout_type *type = &layouts->types.items[*number];
		if (use && !(type->use & use))
			continue;
		if (!is_open) {
			json_text_add_key(text, key);
			text_add(text, "[");
			is_open = true;
		}
		json_text_add_separator(text);
		text_add_format(text, "%u", type->place);
	}
	if (is_open)
		text_add(text, "]");
}

void unit_layouts_put_list(struct unit_layouts *layouts, struct text *text)
{
	unit_layouts_put_uses(layouts, "layouts", 0, text);
	unit_layouts_put_uses(layouts, "objects", UNIT_LAYOUT_OBJECT, text);
}

void unit_layouts_put_variable(
	struct unit_layouts *layouts, unsigned variable, struct text *text)
{
	uint32_t type = layout_map_find(&layouts->variables, variable);
	if (type != LAYOUT_NONE && layouts->types.items[type].place != LAYOUT_NONE)
		json_text_put_number(text, "layout", layouts->types.items[type].place);
}

static void unit_layouts_put_contents(
	struct unit_layouts *layouts, const struct layout_entry *entry, struct text *text)
{
	scope_text struct text numbers = {0};
	for (size_t i = 0; i < entry->content_count; i++) {
		uint32_t type = layouts->contents.items[entry->first_content + i];
		uint32_t place = layouts->types.items[type].place;
		if (place != LAYOUT_NONE)
			text_add_format(&numbers, "%s%u", numbers.size ? "," : "", place);
	}
	unit_layouts_put_array(text, "contains", &numbers);
}

static void unit_layouts_put_shared(
	struct unit_layouts *layouts, const struct layout_type *type, struct text *text)
{
	if (!type->shared)
		return;
	json_text_add_key(text, "shared");
	text_add(text, "{");
	if (type->sharer != LAYOUT_NONE)
		json_text_put_string(
			text, "function", layouts->functions.items[type->sharer].name);
	json_text_put_string(text, "why", type->shared);
	text_add(text, "}");
}

void unit_layouts_put_types(struct unit_layouts *layouts, struct text *text)
{
	json_text_add_key(text, "layouts");
	text_add(text, "[");
	array_foreach (entry, &layouts->entries) {
		json_text_add_separator(text);
		text_add_range(text, entry->text.data, entry->text.size);
		unit_layouts_put_contents(layouts, entry, text);
		unit_layouts_put_shared(
			layouts, &layouts->types.items[entry->type], text);
		text_add(text, "}");
	}
	text_add(text, "]");
}
