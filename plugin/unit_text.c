// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * unit_text.c - reads GCC's assembly text while GCC writes it
 *
 * Adds each line to a body: that of the open function, of its cold part, of the open data
 * object, or of the unit. Lines that only place code or help debuggers are left out:
 * sections, symbol attributes, line and unwind information. Alignment inside of functions
 * is kept. Inline assembly is kept completely, because its directives are in the source.
 */
#include <stdlib.h>
#include <string.h>

#include "plugin/section_split.h"
#include "plugin/unit_state.h"

enum unit_directive_action {
	UNIT_DIRECTIVE_DROP,
	UNIT_DIRECTIVE_SECTION, /* its argument is the section's name */
	UNIT_DIRECTIVE_SWITCH,  /* its own name is the section's name */
	UNIT_DIRECTIVE_PREVIOUS,
	UNIT_DIRECTIVE_ALIGN,
	UNIT_DIRECTIVE_LOCAL,
	UNIT_DIRECTIVE_COMMON,
	UNIT_DIRECTIVE_TOPLEVEL, /* belongs to no function */
};

/* The most frequent first. Other directives are content, and are kept. */
static const struct unit_directive {
	const char *name;
	enum unit_directive_action action;
} unit_directives[] = {
	{".loc", UNIT_DIRECTIVE_DROP},
	{".section", UNIT_DIRECTIVE_SECTION},
	{".previous", UNIT_DIRECTIVE_PREVIOUS},
	{".size", UNIT_DIRECTIVE_DROP},
	{".type", UNIT_DIRECTIVE_DROP},
	{".p2align", UNIT_DIRECTIVE_ALIGN},
	{".align", UNIT_DIRECTIVE_ALIGN},
	{".balign", UNIT_DIRECTIVE_ALIGN},
	{".globl", UNIT_DIRECTIVE_DROP},
	{".text", UNIT_DIRECTIVE_SWITCH},
	{".data", UNIT_DIRECTIVE_SWITCH},
	{".bss", UNIT_DIRECTIVE_SWITCH},
	{".local", UNIT_DIRECTIVE_LOCAL},
	{".comm", UNIT_DIRECTIVE_COMMON},
	{".weak", UNIT_DIRECTIVE_DROP},
	{".hidden", UNIT_DIRECTIVE_DROP},
	{".protected", UNIT_DIRECTIVE_DROP},
	{".internal", UNIT_DIRECTIVE_DROP},
	{".file", UNIT_DIRECTIVE_DROP},
	{".ident", UNIT_DIRECTIVE_DROP},
	{".set", UNIT_DIRECTIVE_TOPLEVEL},
	{".weakref", UNIT_DIRECTIVE_TOPLEVEL},
	{".symver", UNIT_DIRECTIVE_TOPLEVEL},
};

/* Labels that are only used by debug and unwind information: .L<prefix><digits>. */
static const char *const unit_debug_labels[] = {
	"VL", /* locations of variables */
	"BB", /* lexical blocks */
	"BE",
	"BI",
	"FB", /* functions */
	"FE",
	"FSB",
	"CFI",
	"M",    /* lines */
	"DL",   /* labels that were deleted */
	"HOTB", /* partitions */
	"HOTE",
	"COLDB",
	"COLDE",
	"text",
	"etext",
	"text_cold",
	"etext_cold",
};

static bool is_space(char character)
{
	return character == ' ' || character == '\t';
}

static bool unit_text_is_debug_label(const char *label, size_t length)
{
	while (length && text_is_digit(label[length - 1]))
		length--;
	size_t count = sizeof(unit_debug_labels) / sizeof(unit_debug_labels[0]);
	for (size_t i = 0; i < count; i++) {
		if (strlen(unit_debug_labels[i]) == length - 2 &&
			memcmp(label + 2, unit_debug_labels[i], length - 2) == 0)
			return true;
	}
	return false;
}

/* Decimal digits from text, up to its length. */
static uint32_t unit_text_read_number(const char *text, size_t length)
{
	uint32_t number = 0;
	for (size_t i = 0; i < length && text_is_digit(text[i]); i++)
		number = number * 10 + (uint32_t)(text[i] - '0');
	return number;
}

void unit_text_close_data(struct unit *unit)
{
	if (unit->data == UNIT_NONE)
		return;
	unit_hash_close_body(unit, &unit->bodies[UNIT_BODY_DATA],
		&unit->objects.items[unit->data].pieces[0]);
	unit->data = UNIT_NONE;
}

/* Opens the data object of that name. unit_add_variable may add more facts later. */
static struct unit_object *unit_text_open_data(
	struct unit *unit, const char *label, size_t length)
{
	unit_text_close_data(unit);
	uint32_t name = unit_names_add(unit->names, label, length);
	struct unit_object *object = array_add(&unit->objects);
	uint32_t index = (uint32_t)(object - unit->objects.items);
	object->kind = UNIT_OBJECT_DATA;
	object->name = name;
	object->section = unit->section;
	object->explicit = UNIT_NONE;
	object->alignment = unit->alignment;
	unit->alignment = 0;
	unit->data = index;
	unit_names_get(unit->names, name)->object = index + 1;

	if (length > 3 && memcmp(label, ".LC", 3) == 0 && text_is_digit(label[3])) {
		uint32_t number = unit_text_read_number(label + 3, length - 3);
		while (unit->constants.count <= number)
			array_add(&unit->constants);
		unit->constants.items[number] = index + 1;
	}
	struct unit_scope *scope = &unit->data_scope;
	unit_label_map_restart(&scope->labels);
	unit_label_map_restart(&scope->numbers);
	scope->stamp = ++unit->stamp;
	scope->name_count = 0;
	return object;
}

/*
 * Adds a line that is neither a label nor a known directive. Assembly outside of
 * functions is ignored here, because unit_add_assembly gets it from GCC.
 */
static void unit_text_add_content(struct unit *unit, const char *line, size_t length)
{
	if (unit->data != UNIT_NONE)
		unit_token_add_line(unit, UNIT_BODY_DATA, line, length);
	else if (unit->function != UNIT_NONE)
		unit_token_add_line(unit, unit->code, line, length);
}

/* The first word of the text, without quotes; points into text. */
static const char *unit_text_read_word(const char *text, size_t length, size_t *size)
{
	size_t start = 0;
	while (start < length && (is_space(text[start]) || text[start] == '"'))
		start++;
	size_t end = start;
	while (end < length && !is_space(text[end]) && text[end] != ',' &&
		text[end] != '"')
		end++;
	*size = end - start;
	return text + start;
}

static void unit_text_enter_section(struct unit *unit, const char *name, size_t length)
{
	unit_text_close_data(unit);
	unit->alignment = 0;
	unit->previous_section = unit->section;
	unit->section =
		unit_names_add(unit->names, name, section_split_strip(name, length));
	unit->is_debug = length > 6 && memcmp(name, ".debug", 6) == 0;
}

/* .comm name,size,alignment: a variable of zeros. */
static void unit_text_take_common(struct unit *unit, const char *text, size_t length)
{
	size_t name_length;
	const char *name = unit_text_read_word(text, length, &name_length);
	const char *comma = memchr(name, ',', length - (size_t)(name - text));
	if (!comma)
		return;
	const char *end = text + length;
	uint32_t size = unit_text_read_number(comma + 1, (size_t)(end - comma - 1));
	const char *second = memchr(comma + 1, ',', (size_t)(end - comma - 1));
	struct unit_object *object = unit_text_open_data(unit, name, name_length);
	bool is_local = unit->local == object->name;
	const char *section = is_local ? ".bss" : "COMMON";
	object->section = unit_names_add(unit->names, section, strlen(section));
	object->alignment =
		second ? unit_text_read_number(second + 1, (size_t)(end - second - 1))
		       : 1;
	/* The same text as GCC writes for a variable in a section of its own. */
	if (size) {
		char line[32];
		int written = snprintf(line, sizeof(line), "\t.zero\t%u", size);
		unit_token_add_line(unit, UNIT_BODY_DATA, line, (size_t)written);
	}
	unit_text_close_data(unit);
}

static bool unit_text_has_section_prefix(struct unit *unit, const char *prefix)
{
	const char *section = unit_get_name(unit, unit->section);
	return section && text_has_prefix(section, prefix);
}

static void unit_text_take_alignment(struct unit *unit, const char *line, size_t length,
	const char *arguments, size_t size)
{
	/* In .rodata there are jump tables and constants. A constant is written with the
	 * first function that uses it, so its alignment is not the function's. */
	bool is_code = unit->function != UNIT_NONE && unit->data == UNIT_NONE &&
		       !unit_text_has_section_prefix(unit, ".rodata");
	if (is_code) {
		unit_token_add_line(unit, unit->code, line, length);
		return;
	}
	unit_text_close_data(unit);
	while (size && is_space(*arguments)) {
		arguments++;
		size--;
	}
	unit->alignment = unit_text_read_number(arguments, size);
}

static const struct unit_directive *unit_text_find_directive(
	const char *name, size_t length)
{
	size_t count = sizeof(unit_directives) / sizeof(unit_directives[0]);
	for (size_t i = 0; i < count; i++) {
		if (unit_directives[i].name[1] == name[1] &&
			strlen(unit_directives[i].name) == length &&
			memcmp(unit_directives[i].name, name, length) == 0)
			return &unit_directives[i];
	}
	return NULL;
}

/* line starts with a tab and a dot. */
static void unit_text_take_directive(struct unit *unit, const char *line, size_t length)
{
	size_t end = 1;
	while (end < length && !is_space(line[end]))
		end++;
	const char *name = line + 1;
	const char *arguments = line + end;
	size_t size = length - end;
	/* Unwind information. These directives are frequent, so they are tested first. */
	if (end > 5 && memcmp(name, ".cfi_", 5) == 0)
		return;
	const struct unit_directive *directive = unit_text_find_directive(name, end - 1);
	if (!directive) {
		unit_text_add_content(unit, line, length);
		return;
	}
	size_t word_length;
	const char *word = unit_text_read_word(arguments, size, &word_length);
	uint32_t section;
	switch (directive->action) {
	case UNIT_DIRECTIVE_DROP:
		break;
	case UNIT_DIRECTIVE_SECTION:
		unit_text_enter_section(unit, word, word_length);
		break;
	case UNIT_DIRECTIVE_SWITCH:
		unit_text_enter_section(unit, name, end - 1);
		break;
	case UNIT_DIRECTIVE_PREVIOUS:
		unit_text_close_data(unit);
		section = unit->section;
		unit->section = unit->previous_section;
		unit->previous_section = section;
		break;
	case UNIT_DIRECTIVE_ALIGN:
		unit_text_take_alignment(unit, line, length, arguments, size);
		break;
	case UNIT_DIRECTIVE_LOCAL:
		unit->local = unit_names_add(unit->names, word, word_length);
		break;
	case UNIT_DIRECTIVE_COMMON:
		unit_text_take_common(unit, arguments, size);
		break;
	case UNIT_DIRECTIVE_TOPLEVEL:
		/* An alias that GCC made is replaced where it is used. */
		if (!unit_token_find_target(unit, word, word_length))
			unit_token_add_line(unit, UNIT_BODY_TOPLEVEL, line, length);
		break;
	}
}

static void unit_text_define_label(struct unit *unit, const char *label, size_t length)
{
	struct unit_definition *definition = array_add(&unit->definitions);
	definition->number = unit_text_read_number(label + 2, length - 2);
	definition->object = unit->function;
	definition->piece = unit->code == UNIT_BODY_COLD;
	definition->offset = (uint32_t)unit->bodies[unit->code].text.size;
}

/* A label of the open function without ".L": its name, or that of its cold part. */
static void unit_text_take_symbol(struct unit *unit, const char *label, size_t length)
{
	struct unit_object *object = &unit->objects.items[unit->function];
	struct unit_name *name = unit_names_get(unit->names, object->name);
	if (length == name->length && memcmp(name->text, label, length) == 0) {
		object->section = unit->section;
	} else if (length > 5 && memcmp(label + length - 5, ".cold", 5) == 0) {
		struct unit_function *function =
			&unit->functions.items[unit->functions.count - 1];
		function->cold = unit_names_add(unit->names, label, length);
		unit->code = UNIT_BODY_COLD;
	} else {
		unit_token_add_line(unit, unit->code, label, length);
	}
}

static void unit_text_take_label(struct unit *unit, const char *line, size_t length)
{
	bool is_local = length > 2 && line[0] == '.' && line[1] == 'L';
	bool is_constant =
		is_local && length > 3 && line[2] == 'C' && text_is_digit(line[3]);
	if (is_local && unit_text_is_debug_label(line, length))
		return;
	if (is_constant || unit->function == UNIT_NONE) {
		/* Labels without a letter are in code, never in data. */
		if (!is_local || !text_is_digit(line[2]))
			unit_text_open_data(unit, line, length);
	} else if (is_local && text_is_digit(line[2])) {
		unit_text_define_label(unit, line, length);
	} else if (is_local) {
		unit_token_add_line(unit, unit->code, line, length);
	} else {
		unit_text_take_symbol(unit, line, length);
	}
}

/*
 * GCC writes "# 12 "file.c" 1" before the text of an asm statement, and "# 0 "" 2" after
 * it. #APP and #NO_APP are no reliable marks: GCC changes sections between the two.
 */
static bool unit_text_is_line_marker(const char *line, size_t length)
{
	size_t i = 1;
	while (i < length && is_space(line[i]))
		i++;
	size_t digits = i;
	while (i < length && text_is_digit(line[i]))
		i++;
	return i > digits && i + 1 < length && line[i] == ' ' && line[i + 1] == '"';
}

static void unit_text_take_comment(struct unit *unit, const char *line, size_t length)
{
	if (unit->function == UNIT_NONE)
		return;
	if (unit_text_is_line_marker(line, length)) {
		unit->is_assembly = line[length - 1] == '1';
		unit_label_map_restart(&unit->function_scope.numbers);
	} else if (unit->is_assembly) {
		unit_text_add_content(unit, line, length);
	}
}

static void unit_text_take_line(struct unit *unit, const char *line, size_t length)
{
	if (!length)
		return;
	if (unit->is_debug) {
		/* Only one of these directives ends a debug section. */
		if (length < 3 || line[0] != '\t' || line[1] != '.' ||
			!memchr("stdbp", line[2], 5))
			return;
		size_t end = 1;
		while (end < length && !is_space(line[end]))
			end++;
		const struct unit_directive *directive =
			unit_text_find_directive(line + 1, end - 1);
		if (!directive || (directive->action != UNIT_DIRECTIVE_SECTION &&
					  directive->action != UNIT_DIRECTIVE_SWITCH &&
					  directive->action != UNIT_DIRECTIVE_PREVIOUS))
			return;
	}
	if (line[0] == '#') {
		unit_text_take_comment(unit, line, length);
	} else if (unit->is_assembly) {
		unit_add_included(unit, line, length);
		unit_text_add_content(unit, line, length);
	} else if (line[0] == '\t' && length > 1 && line[1] == '.') {
		unit_text_take_directive(unit, line, length);
	} else if (!is_space(line[0]) && line[length - 1] == ':') {
		unit_text_take_label(unit, line, length - 1);
	} else {
		/* Instructions, and "1:" with one after it. */
		unit_text_add_content(unit, line, length);
	}
}

void unit_text_add(struct unit *unit, const char *data, size_t size)
{
	const char *end = data + size;
	while (data < end) {
		const char *newline = memchr(data, '\n', (size_t)(end - data));
		if (!newline) {
			text_add_range(&unit->line, data, (size_t)(end - data));
			return;
		}
		if (unit->line.size) {
			text_add_range(&unit->line, data, (size_t)(newline - data));
			unit_text_take_line(unit, unit->line.data, unit->line.size);
			unit->line.size = 0;
		} else {
			unit_text_take_line(unit, data, (size_t)(newline - data));
		}
		data = newline + 1;
	}
}
