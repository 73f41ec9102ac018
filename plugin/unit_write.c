// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_write.c - writes the unit as JSON; docs/FORMAT.md describes it
 */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "plugin/unit_state.h"

static void unit_write_string(
	struct unit *unit, struct text *text, const char *key, uint32_t name)
{
	if (name != UNIT_NONE)
		json_text_put_string(text, key, unit_get_name(unit, name));
}

static void unit_write_hash(struct text *text, const char *key, struct digest value)
{
	scope_free char *digits = digest_to_text(value);
	json_text_put_string(text, key, digits);
}

static void unit_write_inputs(struct unit *unit, struct text *text)
{
	json_text_add_key(text, "inputs");
	text_add(text, "[");
	uint32_t stamp = ++unit->stamp;
	array_foreach (input, &unit->inputs) {
		struct unit_name *name = unit_names_get(unit->names, *input);
		if (name->stamp == stamp)
			continue;
		name->stamp = stamp;
		json_text_add_separator(text);
		json_text_add_string(text, name->text);
	}
	text_add(text, "]");
}

/* The section, and whether the source asked for it. */
static void unit_write_section(
	struct unit *unit, struct text *text, uint32_t section, uint32_t explicit)
{
	unit_write_string(unit, text, "section", section);
	if (explicit != UNIT_NONE) {
		json_text_add_key(text, "explicit");
		text_add(text, "true");
	}
}

/* The layouts that the function's code depends on, including inlined bodies. */
static void unit_write_function_layouts(
	struct unit *unit, struct text *text, const struct unit_function *function)
{
	if (!unit->layouts)
		return;
	unit_layouts_start_list(unit->layouts);
	unit_layouts_join_function(unit->layouts, function->origin_number);
	for (size_t i = 0; i < function->inline_count; i++)
		unit_layouts_join_name(
			unit->layouts, unit->inlined.items[function->first_inline + i]);
	unit_layouts_put_list(unit->layouts, text);
}

static void unit_write_function(
	struct unit *unit, struct text *text, const struct unit_function *function)
{
	const struct unit_object *object = &unit->objects.items[function->object];
	json_text_add_separator(text);
	text_add(text, "{");
	unit_write_string(unit, text, "name", function->name);
	unit_write_hash(text, "hash", unit_hash_object(unit, function->object));
	if (function->cold != UNIT_NONE) {
		unit_write_string(unit, text, "cold", function->cold);
		unit_write_hash(
			text, "cold_hash", unit_hash_piece(unit, &object->pieces[1]));
	}
	unit_write_string(unit, text, "origin", function->origin);
	unit_write_string(unit, text, "file", function->file);
	json_text_put_number(text, "line", function->line);
	json_text_put_number(text, "end", function->end_line);
	unit_write_section(unit, text, object->section, object->explicit);
	if (function->inline_count) {
		json_text_add_key(text, "inlined");
		text_add(text, "[");
		for (size_t i = 0; i < function->inline_count; i++) {
			json_text_add_separator(text);
			json_text_add_string(text,
				unit_get_name(unit,
					unit->inlined.items[function->first_inline + i]));
		}
		text_add(text, "]");
	}
	unit_write_string(unit, text, "signature", function->signature);
	unit_write_function_layouts(unit, text, function);
	text_add(text, "}");
}

static void unit_write_variable(
	struct unit *unit, struct text *text, const struct unit_variable *variable)
{
	uint32_t index = unit_names_get(unit->names, variable->name)->object;
	/* The assembler makes no symbols of these labels. */
	if (!index || text_has_prefix(unit_get_name(unit, variable->name), ".L"))
		return;
	const struct unit_object *object = &unit->objects.items[index - 1];
	json_text_add_separator(text);
	text_add(text, "{");
	unit_write_string(unit, text, "name", variable->name);
	unit_write_string(unit, text, "id", variable->id);
	unit_write_hash(text, "hash", unit_hash_object(unit, index - 1));
	unit_write_string(unit, text, "owner", variable->owner);
	unit_write_string(unit, text, "file", variable->file);
	if (variable->line)
		json_text_put_number(text, "line", variable->line);
	unit_write_section(unit, text, object->section, object->explicit);
	if (unit->layouts)
		unit_layouts_put_variable(unit->layouts, variable->number, text);
	text_add(text, "}");
}

/* Inlined bodies are identified by name, functions of the layouts by number. */
static void unit_name_layouts(struct unit *unit)
{
	for (size_t i = 0; unit->layouts && i < unit->inlines.capacity; i++) {
		const struct unit_inline_entry *entry = &unit->inlines.entries[i];
		if (entry->number && entry->name)
			unit_layouts_name_function(
				unit->layouts, entry->number, entry->name - 1);
	}
}

void unit_write(struct unit *unit, struct text *text)
{
	/* unit_create has written the start. */
	text_add(text, ",");
	unit_write_inputs(unit, text);
	unit_write_hash(text, "toplevel", unit_hash_object(unit, 0));
	unit_name_layouts(unit);
	json_text_add_key(text, "functions");
	text_add(text, "[");
	array_foreach (function, &unit->functions)
		unit_write_function(unit, text, function);
	text_add(text, "]");
	json_text_add_key(text, "variables");
	text_add(text, "[");
	array_foreach (variable, &unit->variables)
		unit_write_variable(unit, text, variable);
	text_add(text, "]");
	if (unit->layouts)
		unit_layouts_put_types(unit->layouts, text);
	text_add(text, "}\n");
}
