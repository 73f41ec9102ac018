// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/layout_change.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/name_map.h"
#include "lib/text.h"

/* More differences of one type than these are only counted. */
enum { PARTS_MOST = 12 };

static bool is_equal(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

/* ---- the text of one change --------------------------------------------------- */

struct change_text {
	struct text text;
	size_t count;
};

static void change_add(struct change_text *change, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void change_add(struct change_text *change, const char *format, ...)
{
	if (change->count++ >= PARTS_MOST)
		return;
	char part[1600];
	va_list values;
	va_start(values, format);
	vsnprintf(part, sizeof(part), format, values);
	va_end(values);
	if (change->text.size)
		text_add(&change->text, "; ");
	text_add(&change->text, part);
}

/* A place or a size: in bytes, and where it is not whole bytes, in bits. */
struct measure {
	char text[40];
};

static struct measure measure_bits(int64_t bits)
{
	struct measure measure;
	snprintf(measure.text, sizeof(measure.text),
		bits % 8 ? "bit %" PRId64 : "%" PRId64, bits % 8 ? bits : bits / 8);
	return measure;
}

static struct measure measure_size(int64_t bits)
{
	struct measure measure;
	bool whole = bits % 8 == 0;
	int64_t number = whole ? bits / 8 : bits;
	snprintf(measure.text, sizeof(measure.text), "%" PRId64 " %s%s", number,
		whole ? "byte" : "bit", number == 1 ? "" : "s");
	return measure;
}

static void change_compare_number(struct change_text *change, const struct json_t *pre,
	const struct json_t *post, const char *key)
{
	int64_t before = json_find_number(pre, key, 0);
	int64_t after = json_find_number(post, key, 0);
	if (before != after)
		change_add(change, "%s %" PRId64 " → %" PRId64, key, before, after);
}

/* ---- members ------------------------------------------------------------------ */

struct member {
	const char *name;
	const char *type;
	int64_t offset;
	int64_t size;
	const struct member *twin;
};

struct members {
	struct member *items;
	size_t count;
};

static struct members members_read(const struct json_t *layout)
{
	const struct json_t *array = json_find(layout, "members");
	struct members members = {.count = json_count_items(array)};
	members.items = memory_allocate((members.count + 1) * sizeof(*members.items));
	for (size_t i = 0; i < members.count; i++) {
		const struct json_t *item = json_find_item(array, i);
		const char *name = json_find_text(item, "name");
		const char *type = json_find_text(item, "type");
		members.items[i] = (struct member){
			.name = name ? name : "",
			.type = type ? type : "",
			.offset = json_find_number(item, "offset", 0),
			.size = json_find_number(item, "size", 0),
		};
	}
	return members;
}

static bool member_has_name(const struct member *left, const struct member *right)
{
	return strcmp(left->name, right->name) == 0;
}

static bool member_has_place(const struct member *left, const struct member *right)
{
	return left->offset == right->offset && left->size == right->size &&
	       strcmp(left->type, right->type) == 0;
}

/* Pairs what has no twin yet; mostly the two are in the same order. */
static void members_pair(struct members *pre, struct members *post,
	bool (*is_twin)(const struct member *left, const struct member *right))
{
	size_t next = 0;
	for (size_t i = 0; i < post->count; i++) {
		for (size_t k = 0; !post->items[i].twin && k < pre->count; k++) {
			struct member *other = &pre->items[(next + k) % pre->count];
			if (other->twin || !is_twin(other, &post->items[i]))
				continue;
			other->twin = &post->items[i];
			post->items[i].twin = other;
			next = (size_t)(other - pre->items) + 1;
		}
	}
}

static void change_compare_member(struct change_text *change, const struct member *post)
{
	const struct member *pre = post->twin;
	if (!pre) {
		change_add(change, "new member %s at %s (%s)", post->name,
			measure_bits(post->offset).text, measure_size(post->size).text);
		return;
	}
	if (pre->offset != post->offset)
		change_add(change, "member %s: offset %s → %s", post->name,
			measure_bits(pre->offset).text, measure_bits(post->offset).text);
	if (pre->size != post->size)
		change_add(change, "member %s: size %s → %s", post->name,
			measure_size(pre->size).text, measure_size(post->size).text);
	if (strcmp(pre->type, post->type) != 0)
		change_add(change, "type of %s changed from %s to %s", post->name,
			pre->type, post->type);
}

static void change_compare_members(
	struct change_text *change, const struct json_t *pre, const struct json_t *post)
{
	struct members before = members_read(pre);
	struct members after = members_read(post);
	members_pair(&before, &after, member_has_name);
	members_pair(&before, &after, member_has_place);
	for (size_t i = 0; i < after.count; i++)
		change_compare_member(change, &after.items[i]);
	for (size_t i = 0; i < before.count; i++) {
		if (!before.items[i].twin)
			change_add(change, "member %s gone", before.items[i].name);
	}
	free(before.items);
	free(after.items);
}

/* ---- the types of a unit ------------------------------------------------------- */

/* The key under which the constants of all enums of pre are kept. */
static char *constant_make_key(const struct json_t *layout, const char *name)
{
	const char *owner = json_find_text(layout, "owner");
	return memory_format("%s\n%s", owner ? owner : "", name);
}

struct comparing {
	const struct record *pre;
	const struct record *post;
	struct name_map types; /* of pre, by key */
	/* Constants of pre: 1 + the enum's number, times 2^20, plus the constant's. */
	struct name_map constants;
	size_t *twins;   /* for each of pre: 1 + its number in post */
	size_t *origins; /* for each of post: 1 + its number in pre */
	struct layout_change_list *list;
};

static const struct json_t *layout_get(const struct record *record, size_t number)
{
	return json_find_item(record->layouts, number);
}

/* What a type is found by. Types of one key, such as a tag and a typedef, are told apart
 * by their order. NULL for an enum without a name. */
static char *layout_make_key(const struct json_t *layout, struct name_map *seen)
{
	const char *kind = json_find_text(layout, "kind");
	const char *name = json_find_text(layout, "name");
	const char *owner = json_find_text(layout, "owner");
	if (!kind || !name)
		return NULL;
	scope_free char *key = memory_format("%s %s\n%s%s", kind, name,
		owner ? owner : "", json_find(layout, "variable") ? "\nvariable" : "");
	int64_t count = 0;
	name_map_find(seen, key, &count);
	name_map_set(seen, key, count + 1);
	return memory_format("%s\n%" PRId64, key, count);
}

static void comparing_read_pre(struct comparing *comparing)
{
	scope_name_map struct name_map seen = {0};
	size_t count = json_count_items(comparing->pre->layouts);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *layout = layout_get(comparing->pre, i);
		scope_free char *key = layout_make_key(layout, &seen);
		if (key)
			name_map_set(&comparing->types, key, (int64_t)i);
		const struct json_t *values = json_find(layout, "values");
		for (size_t k = 0; k < json_count_items(values); k++) {
			const char *name =
				json_find_text(json_find_item(values, k), "name");
			scope_free char *constant =
				constant_make_key(layout, name ? name : "");
			name_map_set(&comparing->constants, constant,
				((int64_t)i << 20) + (int64_t)k);
		}
	}
}

static void comparing_pair(struct comparing *comparing)
{
	scope_name_map struct name_map seen = {0};
	size_t count = json_count_items(comparing->post->layouts);
	for (size_t i = 0; i < count; i++) {
		scope_free char *key =
			layout_make_key(layout_get(comparing->post, i), &seen);
		int64_t number;
		if (!key || !name_map_find(&comparing->types, key, &number))
			continue;
		comparing->twins[number] = i + 1;
		comparing->origins[i] = (size_t)number + 1;
	}
}

static void comparing_add(
	struct comparing *comparing, size_t pre, size_t post, struct change_text *change)
{
	if (change->count) {
		const struct json_t *layout = layout_get(comparing->pre, pre);
		const char *kind = json_find_text(layout, "kind");
		const char *name = json_find_text(layout, "name");
		const char *now =
			json_find_text(layout_get(comparing->post, post), "name");
		struct layout_change *added = array_add(&comparing->list->changes);
		added->kind = kind;
		added->name =
			name ? name
			     : json_find_text(
				       json_find_item(json_find(layout, "values"), 0),
				       "name");
		if (!added->name)
			added->name = "";
		added->owner = json_find_text(layout, "owner");
		added->file = json_find_text(layout, "file");
		added->line = json_find_number(layout, "line", 0);
		added->pre = pre;
		added->post = post;
		if (change->count > PARTS_MOST)
			text_add_format(&change->text, "; and %zu more",
				change->count - PARTS_MOST);
		bool is_renamed = name && !is_equal(name, now);
		added->text = memory_format("%s %s%s%s%s%s: %s", kind, added->name,
			added->owner ? " of " : "", added->owner ? added->owner : "",
			is_renamed ? ", now " : "", is_renamed && now ? now : "",
			change->text.data);
	}
	text_deinit(&change->text);
}

/* Constants count one by one, since most enums have no name. */
static void comparing_compare_values(
	struct comparing *comparing, const struct json_t *post, size_t number)
{
	struct change_text change = {0};
	const struct json_t *values = json_find(post, "values");
	size_t origin = comparing->origins[number] - 1;
	for (size_t i = 0; i < json_count_items(values); i++) {
		const struct json_t *after = json_find_item(values, i);
		const char *name = json_find_text(after, "name");
		scope_free char *key = constant_make_key(post, name ? name : "");
		int64_t place;
		if (!name_map_find(&comparing->constants, key, &place))
			continue;
		size_t holder = (size_t)place >> 20;
		const struct json_t *before = json_find_item(
			json_find(layout_get(comparing->pre, holder), "values"),
			(size_t)place & ((1u << 20) - 1));
		const char *old = json_find_text(before, "value");
		const char *new = json_find_text(after, "value");
		if (is_equal(old, new))
			continue;
		if (!comparing->origins[number])
			origin = holder;
		change_add(&change, "value of %s changed from %s to %s", name,
			old ? old : "?", new ? new : "?");
	}
	if (comparing->origins[number]) {
		const struct json_t *pre = layout_get(comparing->pre, origin);
		change_compare_number(&change, pre, post, "size");
	}
	comparing_add(comparing, origin, number, &change);
}

static void comparing_compare_types(struct comparing *comparing, size_t pre, size_t post)
{
	struct change_text change = {0};
	const struct json_t *before = layout_get(comparing->pre, pre);
	const struct json_t *after = layout_get(comparing->post, post);
	change_compare_number(&change, before, after, "size");
	change_compare_number(&change, before, after, "align");
	change_compare_members(&change, before, after);
	comparing_add(comparing, pre, post, &change);
}

/* ---- types that got another name ----------------------------------------------- */

static bool *flags_make(const struct record *record)
{
	return memory_allocate(json_count_items(record->layouts) + 1);
}

static bool layouts_share_member(const struct json_t *pre, const struct json_t *post)
{
	const struct json_t *before = json_find(pre, "members");
	const struct json_t *after = json_find(post, "members");
	for (size_t i = 0; i < json_count_items(before); i++) {
		const char *name = json_find_text(json_find_item(before, i), "name");
		if (name && record_find_named(after, name))
			return true;
	}
	return false;
}

static void flags_set_uses(bool *flags, size_t count, const struct json_t *function)
{
	const struct json_t *uses = json_find(function, "layouts");
	for (size_t i = 0; i < json_count_items(uses); i++) {
		int64_t number = json_find_item_number(uses, i, -1);
		if (number >= 0 && (size_t)number < count)
			flags[number] = true;
	}
}

/* The types of post that a function uses which used the one of pre. */
static bool *comparing_list_heirs(const struct comparing *comparing, size_t pre)
{
	scope_free bool *type = flags_make(comparing->pre);
	bool *heirs = flags_make(comparing->post);
	type[pre] = true;
	size_t count = json_count_items(comparing->pre->functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *before =
			json_find_item(comparing->pre->functions, i);
		const char *name = json_find_text(before, "name");
		if (!name || !layout_is_mentioned(before, "layouts", type,
				     json_count_items(comparing->pre->layouts)))
			continue;
		flags_set_uses(heirs, json_count_items(comparing->post->layouts),
			record_find_named(comparing->post->functions, name));
	}
	return heirs;
}

static bool layouts_are_equal(const struct json_t *pre, const struct json_t *post)
{
	struct change_text change = {0};
	change_compare_number(&change, pre, post, "size");
	change_compare_number(&change, pre, post, "align");
	change_compare_members(&change, pre, post);
	text_deinit(&change.text);
	return !change.count;
}

/* A type that is gone: is there one that took its place? */
static void comparing_find_heir(struct comparing *comparing, size_t number)
{
	const struct json_t *pre = layout_get(comparing->pre, number);
	const char *kind = json_find_text(pre, "kind");
	size_t count = json_count_items(comparing->post->layouts);
	size_t found = 0;
	if (!json_find(pre, "members") || !json_find(pre, "name"))
		return;
	scope_free bool *heirs = comparing_list_heirs(comparing, number);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *post = layout_get(comparing->post, i);
		if (!heirs[i] || comparing->origins[i] || !json_find(post, "name") ||
			!is_equal(kind, json_find_text(post, "kind")) ||
			!layouts_share_member(pre, post))
			continue;
		bool is_same = layouts_are_equal(pre, post);
		if (is_same || !found)
			found = i + 1;
		if (is_same)
			break;
	}
	if (!found)
		return;
	comparing->twins[number] = found;
	comparing->origins[found - 1] = number + 1;
}

struct error *layout_changes_find(const struct record *pre, const struct record *post,
	struct layout_change_list *list)
{
	if (!pre->layouts || !post->layouts)
		return error_failed("the compile of the %s source wrote no layouts",
			pre->layouts ? "patched" : "unpatched");
	struct comparing comparing = {.pre = pre, .post = post, .list = list};
	size_t before = json_count_items(pre->layouts);
	size_t after = json_count_items(post->layouts);
	comparing.twins = memory_allocate((before + 1) * sizeof(*comparing.twins));
	comparing.origins = memory_allocate((after + 1) * sizeof(*comparing.origins));
	comparing_read_pre(&comparing);
	comparing_pair(&comparing);
	for (size_t i = 0; i < before; i++) {
		if (!comparing.twins[i])
			comparing_find_heir(&comparing, i);
	}
	for (size_t i = 0; i < after; i++) {
		const struct json_t *layout = layout_get(post, i);
		if (is_equal(json_find_text(layout, "kind"), "enum"))
			comparing_compare_values(&comparing, layout, i);
		else if (comparing.origins[i])
			comparing_compare_types(&comparing, comparing.origins[i] - 1, i);
	}
	free(comparing.twins);
	free(comparing.origins);
	name_map_deinit(&comparing.types);
	name_map_deinit(&comparing.constants);
	return NULL;
}

void layout_change_list_deinit(struct layout_change_list *list)
{
	array_foreach (change, &list->changes)
		free(change->text);
	free(list->changes.items);
	*list = (struct layout_change_list){0};
}

/* ---- who contains and who mentions a type --------------------------------------- */

bool layout_is_mentioned(
	const struct json_t *object, const char *key, const bool *types, size_t count)
{
	const struct json_t *value = json_find(object, key);
	int64_t own = json_find_number(object, key, -1);
	if (own >= 0)
		return (size_t)own < count && types[own];
	for (size_t i = 0; i < json_count_items(value); i++) {
		int64_t number = json_find_item_number(value, i, -1);
		if (number >= 0 && (size_t)number < count && types[number])
			return true;
	}
	return false;
}

bool *layout_list_containers(const struct record *record, size_t number)
{
	size_t count = json_count_items(record->layouts);
	bool *types = flags_make(record);
	bool is_grown = number < count;
	if (is_grown)
		types[number] = true;
	while (is_grown) {
		is_grown = false;
		for (size_t i = 0; i < count; i++) {
			if (types[i] || !layout_is_mentioned(layout_get(record, i),
						"contains", types, count))
				continue;
			types[i] = true;
			is_grown = true;
		}
	}
	return types;
}
