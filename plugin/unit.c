// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit.c - makes a unit from what GCC tells, from the first file to the last symbol
 */
#include "plugin/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "lib/unique_name.h"
#include "plugin/section_split.h"
#include "plugin/unit_state.h"

uint32_t unit_add_name(struct unit *unit, const char *string)
{
	return string ? unit_names_add(unit->names, string, strlen(string)) : UNIT_NONE;
}

/* The name that the source asks for. */
static uint32_t unit_add_section(struct unit *unit, const char *section)
{
	return section ? unit_names_add(unit->names, section,
				 section_split_strip(section, strlen(section)))
		       : UNIT_NONE;
}

const char *unit_get_name(struct unit *unit, uint32_t name)
{
	return name == UNIT_NONE ? NULL : unit_names_get(unit->names, name)->text;
}

static uint32_t unit_add_object(
	struct unit *unit, enum unit_object_kind kind, uint32_t name)
{
	struct unit_object *object = array_add(&unit->objects);
	object->kind = kind;
	object->name = name;
	object->section = UNIT_NONE;
	object->explicit = UNIT_NONE;
	return (uint32_t)(object - unit->objects.items);
}

static void unit_restart_scope(struct unit *unit, struct unit_scope *scope)
{
	unit_label_map_restart(&scope->labels);
	unit_label_map_restart(&scope->numbers);
	scope->stamp = ++unit->stamp;
	scope->name_count = 0;
}

static void unit_put_reason(FILE *output, const char *reason)
{
	fprintf(output, "%c%s\n", KSPLICE_UNIT_REASON, reason);
	fflush(output);
}

/* Where to write that memory is exhausted. GCC compiles one unit. */
static FILE *unit_exhausted;

static void unit_note_exhaustion(void)
{
	if (unit_exhausted)
		unit_put_reason(unit_exhausted, "plugin-out-of-memory");
	/* Not exit(), which would write the buffers of GCC's streams through this plugin.
	 * GCC's driver removes the files that remain. */
	_exit(1);
}

struct unit *unit_create(const char *path, const char *gcc)
{
	FILE *output = fopen(path, "we");
	if (!output)
		return NULL;
	unit_exhausted = output;
	memory_set_exhausted(unit_note_exhaustion);
	scope_text struct text start = {0};
	text_add(&start, "{");
	json_text_put_number(&start, "plugin", KSPLICE_UNIT_VERSION);
	json_text_put_string(&start, "gcc", gcc);
	fwrite(start.data, 1, start.size, output);
	if (fflush(output)) {
		unit_exhausted = NULL;
		fclose(output);
		return NULL;
	}
	struct unit *unit = memory_allocate(sizeof(*unit));
	unit->output = output;
	unit->names = unit_names_create();
	unit->function = UNIT_NONE;
	unit->data = UNIT_NONE;
	unit->section = UNIT_NONE;
	unit->previous_section = UNIT_NONE;
	unit->local = UNIT_NONE;
	unit_restart_scope(unit, &unit->function_scope);
	unit_restart_scope(unit, &unit->data_scope);
	unit_restart_scope(unit, &unit->toplevel_scope);
	unit->bodies[UNIT_BODY_HOT].scope = &unit->function_scope;
	unit->bodies[UNIT_BODY_COLD].scope = &unit->function_scope;
	unit->bodies[UNIT_BODY_DATA].scope = &unit->data_scope;
	unit->bodies[UNIT_BODY_TOPLEVEL].scope = &unit->toplevel_scope;
	/* Object 0 is the text that belongs to no function and no variable. */
	unit_add_object(unit, UNIT_OBJECT_TOPLEVEL, unit_add_name(unit, ""));
	return unit;
}

static void unit_deinit_scope(struct unit_scope *scope)
{
	unit_label_map_deinit(&scope->labels);
	unit_label_map_deinit(&scope->numbers);
}

void unit_destroy(struct unit *unit)
{
	if (!unit)
		return;
	unit_exhausted = NULL;
	if (unit->output)
		fclose(unit->output);
	for (int i = 0; i < UNIT_BODY_COUNT; i++) {
		text_deinit(&unit->bodies[i].text);
		free(unit->bodies[i].references.items);
	}
	unit_deinit_scope(&unit->function_scope);
	unit_deinit_scope(&unit->data_scope);
	unit_deinit_scope(&unit->toplevel_scope);
	text_deinit(&unit->line);
	unit_inlines_deinit(&unit->inlines);
	unit_layouts_destroy(unit->layouts);
	free(unit->inputs.items);
	free(unit->objects.items);
	free(unit->references.items);
	free(unit->definitions.items);
	free(unit->constants.items);
	free(unit->functions.items);
	free(unit->variables.items);
	free(unit->inlined.items);
	free(unit->ends.items);
	free(unit->aliases.items);
	unit_names_destroy(unit->names);
	free(unit);
}

void unit_add_input(struct unit *unit, const char *path)
{
	/* "<built-in>", "<command-line>" are not files. */
	if (!path || !*path || path[0] == '<')
		return;
	*array_add(&unit->inputs) = unit_add_name(unit, path);
}

void unit_add_end(struct unit *unit, unsigned number, unsigned line)
{
	struct unit_end *end = array_add(&unit->ends);
	end->number = number;
	end->line = line;
}

void unit_add_alias(struct unit *unit, const char *alias, const char *target)
{
	struct unit_alias added = {
		unit_add_name(unit, alias), unit_add_name(unit, target)};
	*array_add(&unit->aliases) = added;
}

/* The line, 0 if it is not known. Rarely used, so a linear search is enough. */
static unsigned unit_find_end(const struct unit *unit, unsigned number)
{
	array_foreach (end, &unit->ends) {
		if (end->number == number)
			return end->line;
	}
	return 0;
}

void unit_begin_function(struct unit *unit, const struct unit_function_facts *facts)
{
	if (unit->stream)
		fflush(unit->stream);
	unit_text_close_data(unit);
	unit->alignment = 0;
	struct unit_function added = {
		.name = unit_add_name(unit, facts->name),
		.origin = unit_add_name(unit, facts->origin),
		.file = unit_add_name(unit, facts->file),
		.section = unit_add_section(unit, facts->section),
		.cold = UNIT_NONE,
		.signature = unit_add_name(unit, facts->signature),
		.line = facts->line,
		.end_line = facts->end_line ? facts->end_line
					    : unit_find_end(unit, facts->origin_number),
		.origin_number = facts->origin_number,
		.first_inline = unit->inlined.count,
	};
	added.object = unit_add_object(unit, UNIT_OBJECT_FUNCTION, added.name);
	unit->objects.items[added.object].explicit = added.section;
	/* The stamp marks names that are in the list already. */
	const struct unit_inline_entry *own =
		unit_inlines_find(&unit->inlines, facts->number);
	const struct unit_inline_entry *origin =
		unit_inlines_find(&unit->inlines, facts->origin_number);
	const struct unit_inline_list *lists[] = {
		origin ? &origin->early : NULL,
		own && own != origin ? &own->early : NULL,
		own ? &own->late : NULL,
	};
	uint32_t stamp = ++unit->stamp;
	for (size_t i = 0; i < 3; i++) {
		for (size_t k = 0; lists[i] && k < lists[i]->names.count; k++) {
			uint32_t index = lists[i]->names.items[k];
			struct unit_name *name = unit_names_get(unit->names, index);
			if (name->stamp == stamp)
				continue;
			name->stamp = stamp;
			*array_add(&unit->inlined) = index;
			added.inline_count++;
		}
	}
	*array_add(&unit->functions) = added;
	unit->function = added.object;
	unit->is_assembly = false;
	unit->code = UNIT_BODY_HOT;
	unit->first_definition = unit->definitions.count;
	unit_restart_scope(unit, &unit->function_scope);
}

void unit_end_function(struct unit *unit)
{
	if (unit->function == UNIT_NONE)
		return;
	if (unit->stream)
		fflush(unit->stream);
	unit_text_close_data(unit);
	struct unit_object *object = &unit->objects.items[unit->function];
	unit_hash_close_labels(unit, object);
	unit_hash_close_body(unit, &unit->bodies[UNIT_BODY_HOT], &object->pieces[0]);
	unit_hash_close_body(unit, &unit->bodies[UNIT_BODY_COLD], &object->pieces[1]);
	unit->function = UNIT_NONE;
	unit->alignment = 0;
}

void unit_add_included(struct unit *unit, const char *line, size_t length)
{
	static const char directive[] = ".incbin";
	const char *found = memmem(line, length, directive, sizeof(directive) - 1);
	if (!found)
		return;
	const char *end = line + length;
	const char *first = memchr(found, '"', (size_t)(end - found));
	const char *last =
		first ? memchr(first + 1, '"', (size_t)(end - first - 1)) : NULL;
	if (!last)
		return;
	uint32_t path =
		unit_names_add(unit->names, first + 1, (size_t)(last - first - 1));
	/* Otherwise the assembler searches it in its -I folders, or reports an error. */
	if (access(unit_get_name(unit, path), R_OK) == 0)
		*array_add(&unit->inputs) = path;
}

void unit_add_assembly(struct unit *unit, const char *assembly, size_t length)
{
	unit->is_assembly = true;
	unit_label_map_restart(&unit->toplevel_scope.numbers);
	const char *end = assembly + length;
	while (assembly < end) {
		size_t line = strcspn(assembly, "\n");
		if (line > (size_t)(end - assembly))
			line = (size_t)(end - assembly);
		unit_add_included(unit, assembly, line);
		unit_token_add_line(unit, UNIT_BODY_TOPLEVEL, assembly, line);
		assembly += line + 1;
	}
	unit->is_assembly = false;
}

bool unit_add_inline(struct unit *unit, unsigned caller, unsigned callee, bool late)
{
	const struct unit_inline_entry *known = unit_inlines_find(&unit->inlines, callee);
	if (!known || !known->name)
		return false;
	unit_inlines_add(&unit->inlines, caller, callee, late);
	return true;
}

void unit_name_inline(struct unit *unit, unsigned callee, const char *name)
{
	unit_inlines_make(&unit->inlines, callee)->name = unit_add_name(unit, name) + 1;
}

/* The name under which the ordinal of variable number is kept. */
static uint32_t unit_name_declaration(struct unit *unit, unsigned number)
{
	char key[16];
	int length = snprintf(key, sizeof(key), "@%u", number);
	return unit_names_add(unit->names, key, (size_t)length);
}

/* The id of a variable; see docs/FORMAT.md. */
static uint32_t unit_make_id(struct unit *unit, const struct unit_variable_facts *facts)
{
	if (!facts->source) {
		scope_text struct text never = {0};
		text_add(&never, facts->name);
		text_add(&never, "!");
		return unit_add_name(unit, never.data);
	}
	bool is_counted = unique_name_is_counted(facts->source, strlen(facts->source));
	if (!facts->owner && !is_counted)
		return unit_add_name(unit, facts->name);
	scope_free char *stripped = memory_allocate(strlen(facts->source) + 1);
	unique_name_strip(facts->source, strlen(facts->source), stripped);
	uint32_t declared = unit_name_declaration(unit, facts->number);
	scope_text struct text id = {0};
	text_add_format(&id, "%s%s%s#%u", stripped, facts->owner ? "@" : "",
		facts->owner ? facts->owner : "",
		unit_names_get(unit->names, declared)->ordinal);
	return unit_add_name(unit, id.data);
}

void unit_add_variable(struct unit *unit, const struct unit_variable_facts *facts)
{
	uint32_t name = unit_add_name(unit, facts->name);
	struct unit_variable *variable = array_add(&unit->variables);
	variable->name = name;
	variable->id = unit_make_id(unit, facts);
	variable->owner = unit_add_name(unit, facts->owner);
	variable->file = unit_add_name(unit, facts->file);
	variable->section = unit_add_section(unit, facts->section);
	variable->line = facts->line;
	variable->number = facts->number;
	variable->is_correlated = facts->source != NULL;
	struct unit_name *known = unit_names_get(unit->names, name);
	known->variable = (uint32_t)unit->variables.count;
	if (known->object)
		unit->objects.items[known->object - 1].explicit = variable->section;
}

void unit_declare_variable(
	struct unit *unit, unsigned number, const char *source, unsigned owner)
{
	size_t length = strlen(source);
	/* The ids of other variables are their names. */
	if (!owner && !unique_name_is_counted(source, length))
		return;
	scope_free char *stripped = memory_allocate(length + 1);
	unique_name_strip(source, length, stripped);
	/* No symbol has such a name, so the ordinal is not used otherwise. */
	scope_text struct text key = {0};
	text_add_format(&key, "%s@%u", stripped, owner);
	uint32_t family = unit_names_add(unit->names, key.data, key.size);
	uint32_t ordinal = unit_names_get(unit->names, family)->ordinal++;
	uint32_t declared = unit_name_declaration(unit, number);
	unit_names_get(unit->names, declared)->ordinal = ordinal;
}

struct unit_layouts *unit_ask_layouts(struct unit *unit)
{
	if (!unit->layouts)
		unit->layouts = unit_layouts_create();
	return unit->layouts;
}

void unit_note_reason(struct unit *unit, const char *reason)
{
	if (unit->output)
		unit_put_reason(unit->output, reason);
}

void unit_refuse(const char *path, const char *reason)
{
	scope_fclose FILE *output = fopen(path, "we");
	if (output)
		unit_put_reason(output, reason);
}

int unit_finish(struct unit *unit)
{
	unit_end_function(unit);
	if (unit->line.size)
		unit_text_add(unit, "\n", 1);
	unit_text_close_data(unit);
	unit_hash_close_body(unit, &unit->bodies[UNIT_BODY_TOPLEVEL],
		&unit->objects.items[0].pieces[0]);
	scope_text struct text text = {0};
	unit_write(unit, &text);
	size_t written = fwrite(text.data, 1, text.size, unit->output);
	unit_exhausted = NULL;
	int failed = fclose(unit->output) || written != text.size;
	unit->output = NULL;
	return failed ? -1 : 0;
}
