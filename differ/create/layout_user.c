// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/layout_user.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/index/index.h"
#include "differ/piece/layout_change.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/name_map.h"
#include "lib/text.h"

/* More names than these are only counted. */
enum { NAMES_MOST = 8 };

/* The changed type and all that contain it, on one side. */
struct layout_side {
	const struct record *record;
	bool *types;
	size_t count;
};

static struct layout_side side_make(const struct record *record, size_t number)
{
	return (struct layout_side){record, layout_list_containers(record, number),
		json_count_items(record->layouts)};
}

static bool side_mentions(
	const struct layout_side *side, const struct json_t *object, const char *key)
{
	return layout_is_mentioned(object, key, side->types, side->count);
}

static void users_add_functions(const struct layout_unit *unit,
	const struct layout_side *side, struct name_map *seen, struct layout_users *users)
{
	size_t count = json_count_items(side->record->functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *function =
			json_find_item(side->record->functions, i);
		const char *name = json_find_text(function, "name");
		int64_t number;
		if (!name || !side_mentions(side, function, "layouts"))
			continue;
		users->is_mentioned = true;
		if (name_map_find(seen, name, &number))
			continue;
		name_map_set(seen, name, 1);
		char *copy = memory_copy_text(name);
		if (unit->travels(name, unit->context))
			*array_add(&users->travelling) = copy;
		else
			*array_add(&users->staying) = copy;
	}
}

static const char *side_find_variable(const struct layout_side *side)
{
	size_t count = json_count_items(side->record->variables);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *variable =
			json_find_item(side->record->variables, i);
		if (side_mentions(side, variable, "layout"))
			return json_find_text(variable, "name");
	}
	return NULL;
}

static struct error *users_add_units(const struct layout_unit *unit,
	const struct layout_change *change, const struct kernel_tree *tree,
	const struct index *index, struct layout_users *users)
{
	if (!change->file)
		return error_failed("%s: %s %s: its place in the source is not known",
			unit->object, change->kind, change->name);
	scope_free char *path = file_normalize(unit->folder, change->file);
	scope_free char *related = kernel_tree_relate_path(tree, path);
	struct index_unit *units = NULL;
	size_t count = 0;
	try(index_list_readers(index, related, &units, &count));
	for (size_t i = 0; i < count; i++) {
		/* An object that is linked into nothing does not run. */
		if (strcmp(units[i].object, unit->object) != 0 && units[i].target[0])
			*array_add(&users->units) = memory_copy_text(units[i].object);
	}
	index_free_units(units, count);
	if (!count)
		return error_failed(
			"%s: %s: the index does not know who reads it, and it defines "
			"%s %s",
			unit->object, related, change->kind, change->name);
	return NULL;
}

struct error *layout_users_find(const struct layout_unit *unit,
	const struct layout_change *change, const struct kernel_tree *tree,
	const struct index *index, struct layout_users *users)
{
	scope_layout_users struct layout_users found = {0};
	if (index)
		try(users_add_units(unit, change, tree, index, &found));
	scope_name_map struct name_map seen = {0};
	struct layout_side pre = side_make(unit->pre, change->pre);
	struct layout_side post = side_make(unit->post, change->post);
	users_add_functions(unit, &pre, &seen, &found);
	users_add_functions(unit, &post, &seen, &found);
	/* A constant of an enum is a plain number where it is used. */
	found.is_mentioned = found.is_mentioned || strcmp(change->kind, "enum") == 0 ||
			     side_find_variable(&pre) || side_find_variable(&post);
	free(pre.types);
	free(post.types);
	*users = found;
	found = (struct layout_users){0};
	return NULL;
}

void layout_users_deinit(struct layout_users *users)
{
	array_foreach (name, &users->travelling)
		free(*name);
	array_foreach (name, &users->staying)
		free(*name);
	array_foreach (name, &users->units)
		free(*name);
	free(users->travelling.items);
	free(users->staying.items);
	free(users->units.items);
	*users = (struct layout_users){0};
}

static void text_add_names(
	struct text *text, const char *what, char *const *names, size_t count)
{
	if (!count)
		return;
	text_add_format(text, "%s%zu %s%s: ", text->size ? "; " : "", count, what,
		count == 1 ? "" : "s");
	for (size_t i = 0; i < count && i < NAMES_MOST; i++)
		text_add_format(text, "%s%s", i ? ", " : "", names[i]);
	if (count > NAMES_MOST)
		text_add(text, ", …");
}

char *layout_users_describe(const struct layout_users *users)
{
	struct text text = {0};
	text_add(&text, "");
	text_add_names(
		&text, "remaining function", users->staying.items, users->staying.count);
	text_add_names(
		&text, "other object file", users->units.items, users->units.count);
	return text.data;
}

/* What in pre or post lets objects of a type be somewhere that nobody looks. */
static char *side_find_shared(const struct layout_side *side)
{
	for (size_t i = 0; i < side->count; i++) {
		const struct json_t *layout = json_find_item(side->record->layouts, i);
		const struct json_t *shared = json_find(layout, "shared");
		if (!side->types[i] || !shared)
			continue;
		const char *function = json_find_text(shared, "function");
		const char *why = json_find_text(shared, "why");
		const char *name = json_find_text(layout, "name");
		return memory_format("%s %s (%s)", function ? function : "a function",
			why ? why : "shares it", name ? name : "without a name");
	}
	return NULL;
}

/* A function that has such objects on its stack, and goes on running. */
static char *side_find_holder(
	const struct layout_unit *unit, const struct layout_side *side)
{
	size_t count = json_count_items(side->record->functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *function =
			json_find_item(side->record->functions, i);
		const char *name = json_find_text(function, "name");
		if (!name || !side_mentions(side, function, "objects") ||
			unit->travels(name, unit->context))
			continue;
		return memory_format("%s has one on its stack and is not replaced", name);
	}
	return NULL;
}

static char *side_find_doubt(
	const struct layout_unit *unit, const struct layout_side *side)
{
	char *doubt = side_find_shared(side);
	if (doubt)
		return doubt;
	const char *variable = side_find_variable(side);
	if (variable)
		return memory_format("variable %s is or contains one", variable);
	return side_find_holder(unit, side);
}

char *layout_find_doubt(const struct layout_unit *unit,
	const struct layout_change *change, const struct layout_users *users)
{
	if (strcmp(change->kind, "enum") == 0)
		return memory_copy_text("its values may be stored anywhere");
	if (!change->file || !text_has_suffix(change->file, ".c") || users->units.count)
		return memory_copy_text("other files know it");
	struct layout_side pre = side_make(unit->pre, change->pre);
	struct layout_side post = side_make(unit->post, change->post);
	char *doubt = side_find_doubt(unit, &pre);
	if (!doubt)
		doubt = side_find_doubt(unit, &post);
	free(pre.types);
	free(post.types);
	return doubt;
}

bool layout_is_allowed(const struct layout_change *change, const char *allowed)
{
	size_t length = strlen(change->kind);
	return strncmp(allowed, change->kind, length) == 0 && allowed[length] == ':' &&
	       strcmp(allowed + length + 1, change->name) == 0;
}
