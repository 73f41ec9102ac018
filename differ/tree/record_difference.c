// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/record_difference.h"

#include <stdint.h>
#include <string.h>

#include "abi/record.h"
#include "differ/tree/build_record.h"
#include "lib/json.h"
#include "lib/name_map.h"
#include "lib/text.h"

static bool is_text_equal(const char *left, const char *right)
{
	return left && right ? strcmp(left, right) == 0 : left == right;
}

/* What a function or variable is called in every compile: names of static locals are
 * numbered. */
static const char *entry_find_key(const struct json_t *entry)
{
	const char *identity = json_find_text(entry, "id");
	return identity ? identity : json_find_text(entry, "name");
}

/* The entry again that is to be the one of the record at that number; NULL if none is.
 * Where all counts, nothing has changed its place either. */
static const struct json_t *entry_find_again(const struct json_t *again, size_t number,
	const char *key, enum record_scope scope, const struct name_map *numbers)
{
	int64_t found = (int64_t)number;
	if (scope == RECORD_NAMED && !name_map_find(numbers, key, &found))
		return NULL;
	const struct json_t *entry = json_find_item(again, (size_t)found);
	return is_text_equal(key, entry_find_key(entry)) ? entry : NULL;
}

/* Each entry of the record has to be there again, with its hash, and none besides. */
static bool entries_find_difference(const struct json_t *built,
	const struct json_t *again, enum record_scope scope, const char *what_count,
	struct record_difference *difference)
{
	scope_name_map struct name_map numbers = {0};
	size_t count = json_count_items(again);
	size_t built_count = json_count_items(built);
	for (size_t i = 0; i < count; i++) {
		const char *key = entry_find_key(json_find_item(again, i));
		if (key)
			name_map_set(&numbers, key, (int64_t)i);
	}
	for (size_t i = 0; i < built_count; i++) {
		const struct json_t *entry = json_find_item(built, i);
		const char *key = entry_find_key(entry);
		const char *hash = json_find_text(entry, "hash");
		difference->name = key;
		if (scope == RECORD_NAMED && key &&
			text_has_suffix(key, KSPLICE_UNCORRELATED_SUFFIX))
			continue;
		const struct json_t *other =
			key && hash && (scope == RECORD_NAMED || i < count)
				? entry_find_again(again, i, key, scope, &numbers)
				: NULL;
		difference->what = "no longer exists";
		if (!other)
			return true;
		difference->what = "differs from the record";
		if (!is_text_equal(hash, json_find_text(other, "hash")))
			return true;
	}
	difference->name = NULL;
	difference->what = what_count;
	return count != built_count;
}

bool record_find_difference(const struct record *built, const struct record *again,
	enum record_scope scope, struct record_difference *difference)
{
	bool is_different =
		entries_find_difference(built->functions, again->functions, scope,
			"has a different number of functions", difference) ||
		entries_find_difference(built->variables, again->variables, scope,
			"has a different number of variables", difference);
	if (!is_different) {
		difference->what = "has different assembly outside of functions";
		is_different = !is_text_equal(built->toplevel, again->toplevel);
	}
	if (!difference->name)
		difference->name = built->source;
	return is_different;
}
