// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/unique_name.h"

#include <string.h>

#include "lib/text.h"

/* Where the number is in a name that __COUNTER__ or __LINE__ made unique. */
enum unique_name_form {
	UNIQUE_NAME_ENDING,   /* name123 */
	UNIQUE_NAME_INITCALL, /* ...__123_456_function6: counter, line */
};

/* include/linux/compiler.h __UNIQUE_ID, init.h ___initcall_id, btf_ids.h __BTF_ID. */
static const struct unique_name_rule {
	const char *prefix;
	enum unique_name_form form;
} unique_name_rules[] = {
	{"__UNIQUE_ID_", UNIQUE_NAME_ENDING},
	{"__BTF_ID__", UNIQUE_NAME_ENDING},
	{"__initcall__kmod_", UNIQUE_NAME_INITCALL},
	{"__initstub__kmod_", UNIQUE_NAME_INITCALL},
};

static const struct unique_name_rule *unique_name_find_rule(
	const char *text, size_t length)
{
	/* All prefixes begin with two underscores; most names do not. */
	if (length < 3 || text[0] != '_' || text[1] != '_')
		return NULL;
	size_t count = sizeof(unique_name_rules) / sizeof(unique_name_rules[0]);
	for (size_t i = 0; i < count; i++) {
		size_t prefix = strlen(unique_name_rules[i].prefix);
		if (length > prefix &&
			memcmp(text, unique_name_rules[i].prefix, prefix) == 0)
			return &unique_name_rules[i];
	}
	return NULL;
}

bool unique_name_is_counted(const char *text, size_t length)
{
	return unique_name_find_rule(text, length) != NULL;
}

static size_t unique_name_drop_digits(const char *text, size_t length)
{
	while (length && text_is_digit(text[length - 1]))
		length--;
	return length;
}

bool unique_name_is_numbered(const char *text, size_t length)
{
	size_t kept = unique_name_drop_digits(text, length);
	return kept < length && kept > 1 && text[kept - 1] == '.';
}

/* The part "__123_456_" of a name: *start is its place; returns its length, or 0. */
static size_t unique_name_find_counter(const char *text, size_t length, size_t *start)
{
	for (size_t i = 0; i + 5 < length; i++) {
		if (text[i] != '_' || text[i + 1] != '_' || !text_is_digit(text[i + 2]))
			continue;
		size_t end = i + 2;
		while (end < length && text_is_digit(text[end]))
			end++;
		if (end + 1 >= length || text[end] != '_' ||
			!text_is_digit(text[end + 1]))
			continue;
		end++;
		while (end < length && text_is_digit(text[end]))
			end++;
		if (end < length && text[end] == '_') {
			*start = i;
			return end + 1 - i;
		}
	}
	return 0;
}

size_t unique_name_strip(const char *text, size_t length, char *stripped)
{
	if (unique_name_is_numbered(text, length))
		length = unique_name_drop_digits(text, length) - 1;
	const struct unique_name_rule *rule = unique_name_find_rule(text, length);
	size_t start = 0;
	size_t counter = 0;
	if (rule && rule->form == UNIQUE_NAME_ENDING)
		length = unique_name_drop_digits(text, length);
	else if (rule)
		counter = unique_name_find_counter(text, length, &start);
	memcpy(stripped, text, start);
	memcpy(stripped + start, text + start + counter, length - start - counter);
	length -= counter;
	stripped[length] = '\0';
	return length;
}
