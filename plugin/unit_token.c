// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_token.c - adds one line of assembly text without numbers that depend on other code
 *
 * These names contain a number that depends on the rest of the unit, and are replaced:
 *
 *     .L123           label of this function   by the order of first reference
 *     .LC4            constant                 by its content (a reference)
 *     name.5          static local, clone, …   by its identity (a reference)
 *     __UNIQUE_ID_x6  numbered by the source   by its identity (a reference)
 *     7f 7b           in an asm statement      by the order of appearance
 *     .Lname          label of any other kind  by the order of appearance
 *     alias           of a local symbol        by its target
 *
 * All other text is kept as it is. Strings in quotes are not changed.
 */
#include <string.h>

#include "lib/unique_name.h"
#include "plugin/unit_state.h"

/* The characters of names in assembly, except '$', which marks immediate operands. */
static bool is_token(char character)
{
	static const bool table[256] = {
		['0' ... '9'] = true,
		['A' ... 'Z'] = true,
		['a' ... 'z'] = true,
		['_'] = true,
		['.'] = true,
		[0x80 ... 0xff] = true,
	};
	return table[(unsigned char)character];
}

/* True if the token consists of digits, at least one; *number is then its value. */
static bool unit_token_read_number(const char *token, size_t length, uint32_t *number)
{
	uint64_t value = 0;
	if (!length || length > 9)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!text_is_digit(token[i]))
			return false;
		value = value * 10 + (uint64_t)(token[i] - '0');
	}
	*number = (uint32_t)value;
	return true;
}

static void unit_token_add_ordinal(
	struct unit_body *body, const char *prefix, uint32_t ordinal)
{
	char digits[12];
	size_t start = sizeof(digits);
	do {
		digits[--start] = (char)('0' + ordinal % 10);
		ordinal /= 10;
	} while (ordinal);
	text_add(&body->text, prefix);
	text_add_range(&body->text, digits + start, sizeof(digits) - start);
}

static void unit_token_add_reference(
	struct unit_body *body, enum unit_reference_kind kind, uint32_t target)
{
	struct unit_reference *reference = array_add(&body->references);
	reference->offset = (uint32_t)body->text.size;
	reference->kind = kind;
	reference->target = target;
}

/* .L…: labels of the function, constants, and labels with names of their own. */
static void unit_token_add_label(
	struct unit *unit, enum unit_body_kind kind, const char *token, size_t length)
{
	struct unit_body *body = &unit->bodies[kind];
	uint32_t number;
	if (unit_token_read_number(token + 2, length - 2, &number)) {
		if (kind == UNIT_BODY_HOT || kind == UNIT_BODY_COLD) {
			unit_token_add_ordinal(body, ".L",
				unit_label_map_add(&body->scope->labels, number));
			return;
		}
		unit_token_add_reference(body, UNIT_REFERENCE_LABEL, number);
		text_add(&body->text, ".L");
		return;
	}
	if (token[2] == 'C' && unit_token_read_number(token + 3, length - 3, &number)) {
		unit_token_add_reference(body, UNIT_REFERENCE_CONSTANT, number);
		text_add(&body->text, ".LC");
		return;
	}
	uint32_t index = unit_names_add(unit->names, token, length);
	struct unit_name *name = unit_names_get(unit->names, index);
	if (name->stamp != body->scope->stamp) {
		name->stamp = body->scope->stamp;
		name->ordinal = body->scope->name_count++;
	}
	/* It may be a data object (of UBSAN); then its content is hashed. */
	unit_token_add_reference(body, UNIT_REFERENCE_NAME, index);
	unit_token_add_ordinal(body, ".Ln", name->ordinal);
}

/*
 * "12b" and "12f" refer to the assembler's local label "12:" in the same asm statement.
 * If there is no such label before it in the statement, "12b" refers to other code; then
 * the number is kept.
 */
static bool unit_token_add_local_number(
	struct unit_body *body, const char *token, size_t length, char next)
{
	uint32_t number;
	char suffix = token[length - 1];
	if (suffix == 'b' || suffix == 'f') {
		if (!unit_token_read_number(token, length - 1, &number))
			return false;
	} else if (next != ':' || !unit_token_read_number(token, length, &number)) {
		return false;
	}
	struct unit_label_map *numbers = &body->scope->numbers;
	if (suffix == 'b' && !unit_label_map_has(numbers, number))
		return false;
	unit_token_add_ordinal(body, "", unit_label_map_add(numbers, number));
	if (!text_is_digit(suffix))
		text_add_range(&body->text, &suffix, 1);
	return true;
}

const struct unit_name *unit_token_find_target(
	struct unit *unit, const char *token, size_t length)
{
	array_foreach (alias, &unit->aliases) {
		const struct unit_name *name = unit_names_get(unit->names, alias->name);
		if (name->length == length && memcmp(name->text, token, length) == 0)
			return unit_names_get(unit->names, alias->target);
	}
	return NULL;
}

static void unit_token_add(struct unit *unit, enum unit_body_kind kind, const char *token,
	size_t length, char next)
{
	struct unit_body *body = &unit->bodies[kind];
	const struct unit_name *target = unit_token_find_target(unit, token, length);
	if (target) {
		token = target->text;
		length = target->length;
	}
	if (token[0] == '.') {
		if (length > 2 && token[1] == 'L') {
			unit_token_add_label(unit, kind, token, length);
			return;
		}
	} else if (text_is_digit(token[0])) {
		if (unit->is_assembly &&
			unit_token_add_local_number(body, token, length, next))
			return;
	} else if (unique_name_is_numbered(token, length) ||
		   unique_name_is_counted(token, length)) {
		unit_token_add_reference(body, UNIT_REFERENCE_NAME,
			unit_names_add(unit->names, token, length));
		text_add_range(&body->text, "~", 1);
		return;
	}
	text_add_range(&body->text, token, length);
}

/* The end of the quoted string that starts at line[start]. */
static size_t unit_token_skip_string(const char *line, size_t length, size_t start)
{
	size_t end = start + 1;
	while (end < length && line[end] != '"')
		end += line[end] == '\\' ? 2 : 1;
	return end < length ? end + 1 : length;
}

void unit_token_add_line(
	struct unit *unit, enum unit_body_kind kind, const char *line, size_t length)
{
	struct unit_body *body = &unit->bodies[kind];
	size_t plain = 0; /* the text from here to i is kept */
	size_t i = 0;
	while (i < length) {
		if (line[i] == '"') {
			i = unit_token_skip_string(line, length, i);
			continue;
		}
		if (!is_token(line[i])) {
			i++;
			continue;
		}
		size_t start = i;
		bool has_dot = false;
		while (i < length && is_token(line[i]))
			has_dot |= line[i++] == '.';
		/* Most tokens are mnemonics, registers, numbers: they are kept. */
		bool is_plain = !has_dot && line[start] != '_' &&
				!(unit->is_assembly && text_is_digit(line[start])) &&
				!unit->aliases.count;
		if (is_plain)
			continue;
		text_add_range(&body->text, line + plain, start - plain);
		unit_token_add(
			unit, kind, line + start, i - start, i < length ? line[i] : '\0');
		plain = i;
	}
	text_add_range(&body->text, line + plain, length - plain);
	text_add_range(&body->text, "\n", 1);
}
