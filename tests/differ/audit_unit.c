// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/record.h"
#include "tests/differ/audit_code.h"
#include "tests/differ/audit_report.h"
#include "tests/differ/audit_table.h"

static json_t *compile_index(json_t *items, const char *key)
{
	json_t *index = json_object();
	size_t i;
	json_t *item;
	json_array_foreach(items, i, item)
	{
		const char *name = json_string_value(json_object_get(item, key));
		if (name)
			json_object_set_nocheck(index, name, item);
	}
	return index;
}

static void compile_open(struct audit_compile *compile, const char *keep,
	const char *when, const char *name)
{
	char *path = audit_format("%s/%s/%s", keep, when, name);
	char *unit = audit_format("%s.json", path);
	json_error_t error;
	compile->object = audit_object_open(path);
	compile->root = json_load_file(unit, 0, &error);
	if (!compile->root)
		audit_fail("%s: %s", unit, error.text);
	json_t *functions = json_object_get(compile->root, "functions");
	json_t *variables = json_object_get(compile->root, "variables");
	if (!json_is_array(functions) || !json_is_array(variables))
		audit_fail("%s: no functions and variables in it", unit);
	compile->functions = compile_index(functions, "name");
	compile->variables = compile_index(variables, "name");
	compile->ids = compile_index(variables, "id");
	char *label = audit_format("%s (%s)", name, when);
	compile->entries = audit_entries_read(compile->object, label);
	free(label);
	free(path);
	free(unit);
}

/* The part of an identity that other variables of that name in that function share. */
static size_t id_stem_size(const char *id)
{
	const char *mark = strrchr(id, '#');
	return mark ? (size_t)(mark - id) : 0;
}

static bool has_stem_of(const json_t *variable, const char *id)
{
	const char *other = json_string_value(json_object_get(variable, "id"));
	size_t size = id_stem_size(id);
	return other && id_stem_size(other) == size && strncmp(other, id, size) == 0;
}

static bool is_declared_alike(const json_t *left, const json_t *right)
{
	const char *left_file = json_string_value(json_object_get(left, "file"));
	const char *right_file = json_string_value(json_object_get(right, "file"));
	json_int_t line = json_integer_value(json_object_get(left, "line"));
	return left_file && right_file && strcmp(left_file, right_file) == 0 &&
	       line == json_integer_value(json_object_get(right, "line"));
}

static size_t count_stem(json_t *variables, const char *id, const json_t *alike)
{
	size_t count = 0;
	size_t index;
	json_t *variable;
	json_array_foreach(variables, index, variable) count +=
		has_stem_of(variable, id) &&
		(!alike || is_declared_alike(variable, alike));
	return count;
}

/*
 * A declaration that the patch adds or removes shifts the numbers of the others of that
 * name. Unpatched lines keep theirs in post, so there the declaration's line says which
 * one of pre each of post is; what is on no line of pre's is new.
 */
static void unit_number_again(json_t *pre, json_t *post)
{
	size_t index;
	json_t *variable;
	json_t *renamed = json_array();
	json_array_foreach(post, index, variable)
	{
		const char *id = json_string_value(json_object_get(variable, "id"));
		if (!id || !id_stem_size(id) || !count_stem(pre, id, NULL) ||
			count_stem(pre, id, NULL) == count_stem(post, id, NULL))
			continue;
		char *new_id = audit_format("%s(new)", id);
		size_t k;
		json_t *old;
		json_array_foreach(pre, k, old)
		{
			if (!has_stem_of(old, id) || !is_declared_alike(old, variable) ||
				count_stem(pre, id, variable) != 1 ||
				count_stem(post, id, variable) != 1)
				continue;
			free(new_id);
			new_id = strdup(json_string_value(json_object_get(old, "id")));
		}
		json_t *pair = json_array();
		json_array_append(pair, variable);
		json_array_append_new(pair, json_string(new_id));
		json_array_append_new(renamed, pair);
		free(new_id);
	}
	json_array_foreach(renamed, index, variable) json_object_set(
		json_array_get(variable, 0), "id", json_array_get(variable, 1));
	json_decref(renamed);
}

void audit_unit_open(struct audit_unit *unit, const char *name, const char *keep,
	const char *tree, const struct audit_kernel *kernel)
{
	unit->name = strdup(name);
	unit->kernel = kernel;
	compile_open(&unit->pre, keep, "pre", name);
	compile_open(&unit->post, keep, "post", name);
	unit_number_again(json_object_get(unit->pre.root, "variables"),
		json_object_get(unit->post.root, "variables"));
	json_decref(unit->post.ids);
	unit->post.ids =
		compile_index(json_object_get(unit->post.root, "variables"), "id");
	char *path = audit_format("%s/%s", tree, name);
	if (access(path, R_OK) == 0) {
		unit->original = audit_object_open(path);
		unit->has_group =
			audit_kernel_find_group(kernel, unit->original, &unit->group);
	}
	free(path);
}

static bool thing_is_same(const struct audit_thing *left, const struct audit_thing *right)
{
	return left->section == right->section && left->start == right->start;
}

bool audit_target_find(const struct audit_object *object,
	const struct audit_section *section, const struct audit_reloc *reloc,
	struct audit_target *target)
{
	const struct audit_symbol *symbol = &object->symbols[reloc->symbol];
	unsigned width;
	bool is_relative;
	uint64_t start;
	uint64_t end;
	int64_t distance = 0;
	*target = (struct audit_target){0};
	if (!audit_reloc_describe(reloc->type, &width, &is_relative))
		return false;
	/* An instruction counts from its end, a table's entry from the field. */
	if (audit_section_is_code(section) && is_relative) {
		if (!audit_code_find(object, section, reloc->offset, &start, &end))
			return false;
		distance = (int64_t)(end - reloc->offset);
		target->is_branch = audit_code_is_branch(section, start, reloc->offset);
	}
	target->offset = reloc->addend + distance;
	if (symbol->section == SHN_UNDEF) {
		target->outside = symbol;
		return symbol->name[0] || reloc->type == R_X86_64_NONE;
	}
	const struct audit_section *to = audit_object_symbol_section(object, symbol);
	if (!to)
		return false;
	target->section = to;
	target->place = symbol->value + (uint64_t)target->offset;
	if (symbol->type != STT_SECTION) {
		target->thing = audit_thing_of(object, symbol);
		/* All names of a place are one thing. */
		struct audit_thing first = audit_thing_find(object, to, symbol->value);
		if (first.start == symbol->value && first.symbol)
			target->thing = first;
		else if (first.symbol && audit_section_is_code(to))
			target->thing = first; /* a label in a function */
		target->offset = (int64_t)(target->place - target->thing.start);
		return true;
	}
	target->thing = audit_thing_find(object, to, target->place);
	target->offset = (int64_t)(target->place - target->thing.start);
	if (target->place && target->place <= to->size && !audit_section_is_merged(to) &&
		(target->offset == 0 || !target->thing.symbol)) {
		target->before = audit_thing_find(object, to, target->place - 1);
		target->before_offset = (int64_t)(target->place - target->before.start);
		target->is_edge = target->before.symbol &&
				  !thing_is_same(&target->before, &target->thing);
	}
	return true;
}

static const char *compile_find_id(const struct audit_compile *compile, const char *name)
{
	return json_string_value(
		json_object_get(json_object_get(compile->variables, name), "id"));
}

/* Without the number that the compiler puts behind the name of a static local. */
static char *name_strip(const char *name)
{
	size_t size = strlen(name);
	size_t end = size;
	while (end && name[end - 1] >= '0' && name[end - 1] <= '9')
		end--;
	if (end > 1 && end < size && name[end - 1] == '.')
		size = end - 1;
	return strndup(name, size);
}

bool audit_thing_is_anonymous(
	const struct audit_compile *compile, const struct audit_thing *thing)
{
	char *identity = audit_thing_identity(compile, thing);
	bool is_anonymous = !identity;
	free(identity);
	return is_anonymous;
}

char *audit_thing_identity(
	const struct audit_compile *compile, const struct audit_thing *thing)
{
	const struct audit_symbol *symbol = thing->symbol;
	if (!symbol || audit_section_is_merged(thing->section))
		return NULL;
	if (symbol->binding != STB_LOCAL || audit_section_is_code(thing->section))
		return strdup(symbol->name);
	const char *id = compile_find_id(compile, symbol->name);
	if (!id) /* defined by assembly */
		return name_strip(symbol->name);
	return audit_text_ends(id, KSPLICE_UNCORRELATED_SUFFIX) ? NULL : strdup(id);
}

bool audit_thing_find_twin(const struct audit_compile *from,
	const struct audit_thing *thing, const struct audit_compile *to,
	struct audit_thing *twin)
{
	char *identity = audit_thing_identity(from, thing);
	const struct audit_symbol *found = NULL;
	if (!identity)
		return false;
	if (!audit_section_is_code(thing->section)) {
		const char *name = json_string_value(
			json_object_get(json_object_get(to->ids, identity), "name"));
		if (name)
			found = audit_object_find_defined(to->object, name);
	}
	if (!found)
		found = audit_object_find_defined(to->object, identity);
	free(identity);
	if (!found || !audit_object_symbol_section(to->object, found))
		return false;
	*twin = audit_thing_of(to->object, found);
	return true;
}

enum audit_place audit_unit_find_place(
	const struct audit_unit *unit, const struct audit_thing *thing, uint64_t *address)
{
	struct audit_thing pre;
	if (!thing->symbol)
		return AUDIT_PLACE_UNSURE;
	/* Weak or not: vmlinux has one global of a name. */
	if (thing->symbol->binding != STB_LOCAL &&
		audit_kernel_find_global(unit->kernel, thing->symbol->name, address))
		return AUDIT_PLACE_FOUND;
	if (!audit_thing_find_twin(&unit->post, thing, &unit->pre, &pre))
		return AUDIT_PLACE_NONE;
	if (pre.symbol->binding != STB_LOCAL)
		return audit_kernel_find_global(unit->kernel, pre.symbol->name, address)
			       ? AUDIT_PLACE_FOUND
			       : AUDIT_PLACE_NONE;
	if (!unit->has_group)
		return AUDIT_PLACE_UNSURE;
	/* The same source and the same options: static locals have the same numbers. */
	const struct audit_symbol *built =
		audit_object_find_defined(unit->original, pre.symbol->name);
	const struct audit_symbol *linked =
		audit_group_find(unit->kernel, &unit->group, pre.symbol->name);
	if (!built || !linked || !audit_object_symbol_section(unit->original, built))
		return AUDIT_PLACE_UNSURE;
	struct audit_thing original = audit_thing_of(unit->original, built);
	if (built->size != linked->size || pre.symbol->size != linked->size ||
		!audit_kernel_has_bytes(unit->kernel, &original, linked->value))
		return AUDIT_PLACE_UNSURE;
	*address = linked->value;
	return AUDIT_PLACE_FOUND;
}

const char *audit_thing_name(const struct audit_thing *thing)
{
	static char names[4][256];
	static unsigned next;
	if (thing->symbol)
		return thing->symbol->name;
	char *name = names[next++ % 4];
	snprintf(name, sizeof(names[0]), "%s+0x%llx",
		thing->section ? thing->section->name : "?",
		(unsigned long long)thing->start);
	return name;
}

bool audit_thing_is_writable(const struct audit_thing *thing)
{
	return thing->section->flags & SHF_WRITE;
}

bool audit_thing_is_constant(const struct audit_thing *thing)
{
	return !audit_thing_is_writable(thing) ||
	       audit_text_starts(thing->section->name, ".data..ro_after_init");
}

bool audit_thing_may_start_anew(const struct audit_thing *thing)
{
	static const char *const sections[] = {
		".data.once", ".data..once", "__dyndbg", ".printk_index"};
	static const char *const names[] = {
		"__already_done", "__print_once", "__warned", "_rs", "__key"};
	const char *name = audit_thing_name(thing);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (audit_text_starts(thing->section->name, sections[i]))
			return true;
	}
	for (size_t i = 0; thing->symbol && i < sizeof(names) / sizeof(names[0]); i++) {
		size_t size = strlen(names[i]);
		if (thing->symbol->binding == STB_LOCAL &&
			strncmp(name, names[i], size) == 0 && name[size] == '.')
			return true;
	}
	return false;
}
