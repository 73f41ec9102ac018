// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_mutation.c - a C source with one change, drawn by a seed
 *
 *     source_mutation KIND SEED FILE [FUNCTION...] >changed
 *
 * Works on the text alone: it knows tokens, braces and what is an initialiser, so that
 * most of what it draws compiles; the caller draws again what does not. The same
 * arguments always give the same change. KIND is a row of the table below; SEED is any
 * text; FUNCTION are the names in whose bodies `callee` looks. stderr says in one line
 * what was changed. Exit code: 0 done, 1 error, 3 there is no place for such a change.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/text.h"

enum token_kind { TOKEN_WORD, TOKEN_NUMBER, TOKEN_STRING, TOKEN_CHARACTER, TOKEN_MARK };

enum token_context {
	CONTEXT_OUTSIDE, /* of everything below: declarations, types */
	CONTEXT_FUNCTION,
	CONTEXT_INITIALISER, /* of what is static */
	CONTEXT_DEFINE,      /* the body of a #define */
};

struct token {
	enum token_kind kind;
	enum token_context context;
	size_t start;
	size_t length;
	size_t function; /* number of the token that names it; 0 for none */
};

struct source {
	struct text text;
	array_of(struct token) tokens; /* [0] is none */
	array_of(size_t) places;       /* starts of lines where a definition may stand */
};

/* One change: length bytes at start become text. */
struct change {
	size_t start;
	size_t length;
	struct text text;
};

struct drawing {
	struct source *source;
	uint64_t state;
	char **functions;
	size_t function_count;
	struct change change;
};

/* ---- the tokens of a source -------------------------------------------------- */

struct reader {
	struct source *source;
	size_t at;
	int depth; /* of braces */
	int parentheses;
	bool is_static;   /* the statement began so */
	bool has_value;   /* behind its = */
	int value_depth;  /* braces where that was */
	bool is_function; /* the outermost brace is a function's */
	size_t function;  /* its name */
};

static bool is_word(char character)
{
	return isalnum((unsigned char)character) || character == '_';
}

static bool source_token_is(
	const struct source *source, size_t number, const char *wanted)
{
	const struct token *token = &source->tokens.items[number];
	return token->length == strlen(wanted) &&
	       memcmp(source->text.data + token->start, wanted, token->length) == 0;
}

static void reader_skip_comment(struct reader *reader)
{
	const char *start = reader->source->text.data + reader->at;
	const char *end = start[1] == '/' ? strchr(start, '\n') : strstr(start + 2, "*/");
	size_t rest = start[1] == '/' ? 0 : 2;
	reader->at = end ? (size_t)(end - reader->source->text.data) + rest
			 : reader->source->text.size;
}

static size_t reader_find_quote(const struct reader *reader)
{
	const struct text *text = &reader->source->text;
	size_t at = reader->at + 1;
	while (at < text->size && text->data[at] != text->data[reader->at] &&
		text->data[at] != '\n')
		at += text->data[at] == '\\' ? 2 : 1;
	return at < text->size ? at + 1 : text->size;
}

static size_t reader_find_mark_end(const struct reader *reader)
{
	static const char *const marks[] = {"<<=", ">>=", "...", "->", "++", "--", "<<",
		">>", "<=", ">=", "==", "!=", "&&", "||",
		"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "##"};
	const char *start = reader->source->text.data + reader->at;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (text_has_prefix(start, marks[i]))
			return reader->at + strlen(marks[i]);
	}
	return reader->at + 1;
}

static size_t reader_find_word_end(const struct reader *reader)
{
	size_t at = reader->at;
	while (is_word(reader->source->text.data[at]))
		at++;
	return at;
}

static struct token *reader_add(struct reader *reader, enum token_kind kind, size_t end)
{
	struct token *token = array_add(&reader->source->tokens);
	token->kind = kind;
	token->start = reader->at;
	token->length = end - reader->at;
	reader->at = end;
	return token;
}

/* Reads the token that starts here, which is no comment and no directive. */
static struct token *reader_take(struct reader *reader)
{
	char first = reader->source->text.data[reader->at];
	if (isdigit((unsigned char)first))
		return reader_add(reader, TOKEN_NUMBER, reader_find_word_end(reader));
	if (is_word(first))
		return reader_add(reader, TOKEN_WORD, reader_find_word_end(reader));
	if (first == '"' || first == '\'')
		return reader_add(reader, first == '"' ? TOKEN_STRING : TOKEN_CHARACTER,
			reader_find_quote(reader));
	return reader_add(reader, TOKEN_MARK, reader_find_mark_end(reader));
}

/* The end of the line, or of the lines that a backslash joins. */
static size_t reader_find_line_end(const struct reader *reader)
{
	const struct text *text = &reader->source->text;
	size_t at = reader->at;
	while (at < text->size && (text->data[at] != '\n' || text->data[at - 1] == '\\'))
		at++;
	return at;
}

/* Of a directive only a #define's body matters, behind the name. */
static void reader_take_directive(struct reader *reader)
{
	const struct text *text = &reader->source->text;
	size_t end = reader_find_line_end(reader);
	const char *name = text->data + reader->at + 1;
	name += strspn(name, " \t");
	if (text_has_prefix(name, "include") && !reader->depth && end < text->size)
		*array_add(&reader->source->places) = end + 1;
	bool is_define = text_has_prefix(name, "define");
	size_t words = 0;
	while (is_define && reader->at < end) {
		char first = text->data[reader->at];
		if (first == '/' && strchr("/*", text->data[reader->at + 1])) {
			reader_skip_comment(reader);
		} else if (isspace((unsigned char)first) || first == '\\') {
			reader->at++;
		} else {
			struct token *token = reader_take(reader);
			token->context = ++words > 3 ? CONTEXT_DEFINE : CONTEXT_OUTSIDE;
		}
	}
	if (reader->at < end)
		reader->at = end;
}

/* The name in front of the parentheses that end at the last token but one. */
static size_t reader_find_function(const struct reader *reader)
{
	const struct source *source = reader->source;
	int depth = 0;
	for (size_t i = source->tokens.count - 2; i > 1; i--) {
		depth += source_token_is(source, i, ")");
		depth -= source_token_is(source, i, "(");
		if (!depth)
			return source->tokens.items[i - 1].kind == TOKEN_WORD ? i - 1 : 0;
	}
	return 0;
}

static void reader_open_brace(struct reader *reader)
{
	size_t last = reader->source->tokens.count - 1;
	if (reader->depth++ || reader->has_value)
		return;
	reader->is_function = source_token_is(reader->source, last - 1, ")");
	reader->function = reader->is_function ? reader_find_function(reader) : 0;
	reader->is_static = false;
}

static void reader_close_brace(struct reader *reader)
{
	const struct text *text = &reader->source->text;
	size_t start = reader->at - 1;
	/* Conditional parts may hold braces that do not match; the first column is
	 * where functions end. */
	bool is_first = start && text->data[start - 1] == '\n';
	reader->depth = is_first || reader->depth < 2 ? 0 : reader->depth - 1;
	if (reader->depth)
		return;
	if (is_first && reader->is_function && text->data[reader->at] == '\n')
		*array_add(&reader->source->places) = reader->at + 1;
	reader->is_function = false;
	reader->function = 0;
	reader->parentheses = 0;
}

/* Follows what the token that was just read means for those behind it. */
static void reader_follow(struct reader *reader)
{
	const struct source *source = reader->source;
	size_t last = source->tokens.count - 1;
	if (source_token_is(source, last, "{")) {
		reader_open_brace(reader);
	} else if (source_token_is(source, last, "}")) {
		reader_close_brace(reader);
	} else if (source_token_is(source, last, "static")) {
		reader->is_static = true;
	} else if (source_token_is(source, last, "=") && !reader->has_value &&
		   (reader->is_static || !reader->depth)) {
		reader->has_value = true;
		reader->value_depth = reader->depth;
	} else if (source_token_is(source, last, ";") &&
		   reader->depth <= reader->value_depth) {
		reader->has_value = false;
		reader->is_static = false;
	} else if (source_token_is(source, last, ";")) {
		reader->is_static = false;
	}
	if (!reader->has_value)
		reader->value_depth = reader->depth;
}

static void source_read_tokens(struct source *source)
{
	struct reader reader = {.source = source};
	const char *data = source->text.data;
	bool is_line_start = true;
	array_add(&source->tokens);
	while (reader.at < source->text.size) {
		char first = data[reader.at];
		if (isspace((unsigned char)first)) {
			is_line_start |= first == '\n';
			reader.at++;
		} else if (first == '/' &&
			   (data[reader.at + 1] == '/' || data[reader.at + 1] == '*')) {
			reader_skip_comment(&reader);
		} else if (first == '#' && is_line_start) {
			reader_take_directive(&reader);
		} else {
			struct token *token = reader_take(&reader);
			if (reader.has_value)
				token->context = CONTEXT_INITIALISER;
			else if (reader.depth && reader.is_function)
				token->context = CONTEXT_FUNCTION;
			token->function = reader.function;
			reader_follow(&reader);
			is_line_start = false;
		}
	}
}

/* ---- what may be changed, and how -------------------------------------------- */

/* A number below limit, by the generator splitmix64. */
static size_t drawing_draw(struct drawing *drawing, size_t limit)
{
	drawing->state += 0x9e3779b97f4a7c15u;
	uint64_t mixed = drawing->state;
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return (size_t)((mixed ^ mixed >> 31) % limit);
}

static const struct token *drawing_token(const struct drawing *drawing, size_t number)
{
	return &drawing->source->tokens.items[number];
}

static const char *drawing_text(const struct drawing *drawing, size_t number)
{
	return drawing->source->text.data + drawing_token(drawing, number)->start;
}

static void drawing_replace(struct drawing *drawing, size_t first, size_t last)
{
	const struct token *end = drawing_token(drawing, last);
	drawing->change.start = drawing_token(drawing, first)->start;
	drawing->change.length = end->start + end->length - drawing->change.start;
}

/* Another last digit. */
static bool change_number(struct drawing *drawing, size_t number)
{
	const struct token *token = drawing_token(drawing, number);
	const char *text = drawing_text(drawing, number);
	if (token->kind != TOKEN_NUMBER || memchr(text, '.', token->length + 1))
		return false;
	bool is_hex = token->length > 2 && (text[1] | 0x20) == 'x';
	size_t digits = is_hex ? 2 : 0;
	while (digits < token->length && (is_hex ? isxdigit((unsigned char)text[digits])
						 : isdigit((unsigned char)text[digits])))
		digits++;
	size_t base = text[0] == '0' && digits > 1 && !is_hex ? 8 : 10;
	size_t old = (size_t)(text[digits - 1] - '0');
	size_t now = (old + 1 + drawing_draw(drawing, base - 1)) % base;
	drawing_replace(drawing, number, number);
	text_add_range(&drawing->change.text, text, token->length);
	drawing->change.text.data[digits - 1] = (char)('0' + (old < base ? now : 0));
	return true;
}

/* Another letter, where it belongs to no conversion, no escape, and (behind a #) no
 * comment of inline assembly, which no object has. */
static bool change_string(struct drawing *drawing, size_t number)
{
	const struct token *token = drawing_token(drawing, number);
	const char *text = drawing_text(drawing, number);
	size_t letters[4096];
	size_t count = 0;
	if (token->kind != TOKEN_STRING)
		return false;
	for (size_t i = 1; i + 1 < token->length && count < 4096; i++) {
		size_t start = i > 5 ? i - 5 : 0;
		if (islower((unsigned char)text[i]) && text[i - 1] != '\\' &&
			!memchr(text + start, '%', i - start) && !memchr(text, '#', i))
			letters[count++] = i;
	}
	if (!count)
		return false;
	size_t at = letters[drawing_draw(drawing, count)];
	drawing_replace(drawing, number, number);
	text_add_range(&drawing->change.text, text, token->length);
	char *letter = &drawing->change.text.data[at];
	*letter = (char)('a' + (*letter - 'a' + 1 + (int)drawing_draw(drawing, 25)) % 26);
	return true;
}

static bool change_operator(struct drawing *drawing, size_t number)
{
	static const char *const pairs[][2] = {
		{"+", "-"},
		{"<", "<="},
		{">", ">="},
		{"==", "!="},
		{"&&", "||"},
		{"<<", ">>"},
		{"+=", "-="},
		{"|=", "&="},
		{"++", "--"},
		{"|", "^"},
		{"/", "%"},
		{"!=", "<"},
		{">=", "<"},
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		for (size_t k = 0; k < 2; k++) {
			if (!source_token_is(drawing->source, number, pairs[i][k]))
				continue;
			drawing_replace(drawing, number, number);
			text_add(&drawing->change.text, pairs[i][!k]);
			return true;
		}
	}
	return false;
}

/* Two plain operands around the operator. */
static bool change_operands(struct drawing *drawing, size_t number)
{
	static const char *const operators[] = {"-", "+", "<", ">",
		"<=", ">=", "==", "!=", "<<", ">>", "/", "%", "|", "^", "&&", "||"};
	static const char *const joining[] = {".", "->", "(", "[", "*", "!", "++", "--"};
	const struct source *source = drawing->source;
	bool is_operator = false;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		is_operator |= source_token_is(source, number, operators[i]);
	if (!is_operator || number < 3 || number + 2 >= source->tokens.count)
		return false;
	const struct token *left = drawing_token(drawing, number - 1);
	const struct token *right = drawing_token(drawing, number + 1);
	if (left->kind > TOKEN_NUMBER || right->kind > TOKEN_NUMBER)
		return false;
	for (size_t i = 0; i < sizeof(joining) / sizeof(joining[0]); i++) {
		bool is_open =
			strcmp(joining[i], "(") == 0 || strcmp(joining[i], "[") == 0;
		if ((source_token_is(source, number - 2, joining[i]) && !is_open) ||
			source_token_is(source, number + 2, joining[i]))
			return false;
	}
	drawing_replace(drawing, number - 1, number + 1);
	const char *between = source->text.data + left->start + left->length;
	text_add_range(
		&drawing->change.text, source->text.data + right->start, right->length);
	text_add_range(&drawing->change.text, between,
		right->start - left->start - left->length);
	text_add_range(
		&drawing->change.text, source->text.data + left->start, left->length);
	return true;
}

static bool change_value(struct drawing *drawing, size_t number)
{
	return change_number(drawing, number) || change_string(drawing, number);
}

static bool change_anything(struct drawing *drawing, size_t number)
{
	return change_value(drawing, number) || change_operator(drawing, number);
}

/* Whether a declaration without "static" gives a local variable its name there: a type
 * (int x; struct foo *x = ) in front of it, and what may follow a name behind it. */
static bool drawing_is_local_name(const struct drawing *drawing, size_t number)
{
	static const char *const not_types[] = {"return", "goto", "else", "case",
		"sizeof", "typeof", "static", "extern", "register", "break", "continue",
		"asm", "volatile", "do"};
	const struct source *source = drawing->source;
	if (number < 3 || number + 1 >= source->tokens.count ||
		drawing_token(drawing, number)->kind != TOKEN_WORD ||
		(!source_token_is(source, number + 1, ";") &&
			!source_token_is(source, number + 1, "=")))
		return false;
	size_t type = number - 1;
	while (type > 1 && source_token_is(source, type, "*"))
		type--;
	if (drawing_token(drawing, type)->kind != TOKEN_WORD)
		return false;
	for (size_t i = 0; i < sizeof(not_types) / sizeof(not_types[0]); i++) {
		if (source_token_is(source, type, not_types[i]))
			return false;
	}
	/* Back to where the statement starts, over words and stars only. */
	size_t first = type;
	while (first > 1 && drawing_token(drawing, first - 1)->kind == TOKEN_WORD)
		first--;
	for (size_t i = first; i < number; i++) {
		if (source_token_is(source, i, "static") ||
			source_token_is(source, i, "extern"))
			return false;
	}
	return source_token_is(source, first - 1, "{") ||
	       source_token_is(source, first - 1, ";");
}

static bool drawing_is_same_word(
	const struct drawing *drawing, size_t number, size_t other)
{
	const struct token *one = drawing_token(drawing, number);
	return one->length == drawing_token(drawing, other)->length &&
	       memcmp(drawing_text(drawing, number), drawing_text(drawing, other),
		       one->length) == 0;
}

/* Another name for a local variable, wherever its function has it. */
static bool change_local_name(struct drawing *drawing, size_t number)
{
	const struct source *source = drawing->source;
	const struct token *token = drawing_token(drawing, number);
	if (!token->function || !drawing_is_local_name(drawing, number))
		return false;
	size_t last = number;
	for (size_t i = token->function; i < source->tokens.count; i++) {
		bool is_here = drawing_token(drawing, i)->function == token->function;
		/* Its name as a macro's, a parameter's or a function's argument would be
		 * another thing in front of the declaration. */
		if (is_here && drawing_is_same_word(drawing, i, number)) {
			if (i < number)
				return false;
			last = i;
		}
	}
	drawing_replace(drawing, number, last);
	size_t done = drawing->change.start;
	for (size_t i = number; i <= last; i++) {
		const struct token *word = drawing_token(drawing, i);
		if (!drawing_is_same_word(drawing, i, number) ||
			source_token_is(source, i - 1, ".") ||
			source_token_is(source, i - 1, "->"))
			continue;
		text_add_range(&drawing->change.text, source->text.data + done,
			word->start - done);
		text_add(&drawing->change.text, "ksplice_renamed");
		done = word->start + word->length;
	}
	text_add_range(&drawing->change.text, source->text.data + done,
		drawing->change.start + drawing->change.length - done);
	return true;
}

/* Unrelated, but with one of everything that the compiler numbers. */
static const char added_function[] =
	"extern int ksplice_print(const char *, ...);\n"
	"int ksplice_above(int x);\n"
	"int ksplice_above(int x)\n"
	"{\n"
	"\tstatic int count, other, __key, ___done;\n"
	"\tstatic const char *const names[] = {\"ksplice a\", \"ksplice b\"};\n"
	"\tconst char *text = \"ksplice none\";\n"
	"\tint value = 0;\n"
	"\tasm volatile(\"1: nop; 2: .pushsection .discard.above; .long 1b, %c0; "
	".popsection\"\n"
	"\t\t: : \"i\" (__COUNTER__));\n"
	"\tswitch (x) {\n"
	"\tcase 1: text = \"ksplice 1\"; value = 17; break;\n"
	"\tcase 2: text = \"ksplice 2\"; value = 34; break;\n"
	"\tcase 3: text = \"ksplice 3\"; value = 5; break;\n"
	"\tcase 4: text = names[count++ & 1]; value = 9; break;\n"
	"\tcase 5: text = __func__; value = 1; break;\n"
	"\t}\n"
	"\tfor (other = 0; other < x; other++)\n"
	"\t\tksplice_print(\"%s %d %p %p\", text, value, &__key, &___done);\n"
	"\treturn value;\n"
	"}\n";

static const char added_lines[] = "\n/* A comment,\n * and blank lines. */\n\n// more\n";

struct mutation_kind {
	const char *name;
	enum token_context context;
	bool is_named; /* only in the functions that were named */
	/* Makes the change at that token; false if there is none to make. */
	bool (*make)(struct drawing *drawing, size_t number);
	const char *added;
	bool is_restored; /* #line gives the lines behind it their numbers again */
};

static const struct mutation_kind mutation_kinds[] = {
	{"constant", CONTEXT_FUNCTION, .make = change_number},
	{"operands", CONTEXT_FUNCTION, .make = change_operands},
	{"operator", CONTEXT_FUNCTION, .make = change_operator},
	{"string", CONTEXT_FUNCTION, .make = change_string},
	{"initialiser", CONTEXT_INITIALISER, .make = change_value},
	{"macro", CONTEXT_DEFINE, .make = change_anything},
	{"callee", CONTEXT_FUNCTION, .is_named = true, .make = change_anything},
	{"local-name", CONTEXT_FUNCTION, .make = change_local_name},
	{"function", .added = added_function},
	{"function-line", .added = added_function, .is_restored = true},
	{"lines", .added = added_lines},
	{"lines-line", .added = added_lines, .is_restored = true},
};

static bool drawing_is_in_named(const struct drawing *drawing, size_t number)
{
	size_t function = drawing_token(drawing, number)->function;
	for (size_t i = 0; function && i < drawing->function_count; i++) {
		if (source_token_is(drawing->source, function, drawing->functions[i]))
			return true;
	}
	return false;
}

/* Tries the tokens in a drawn order: a start, then all of them in turn. */
static bool drawing_make_at_token(
	struct drawing *drawing, const struct mutation_kind *kind)
{
	array_of(size_t) numbers = {0};
	for (size_t i = 1; i < drawing->source->tokens.count; i++) {
		if (drawing_token(drawing, i)->context == kind->context &&
			(!kind->is_named || drawing_is_in_named(drawing, i)))
			*array_add(&numbers) = i;
	}
	bool is_made = false;
	/* Where few tokens fit, the next ones behind a drawn one would always be the
	 * same: so many draws first. */
	for (size_t i = 0; i < 200 && numbers.count && !is_made; i++)
		is_made = kind->make(
			drawing, numbers.items[drawing_draw(drawing, numbers.count)]);
	for (size_t i = 0; i < numbers.count && !is_made; i++)
		is_made = kind->make(drawing, numbers.items[i]);
	free(numbers.items);
	return is_made;
}

static size_t source_count_lines(const struct source *source, size_t end)
{
	size_t lines = 1;
	for (size_t i = 0; i < end; i++)
		lines += source->text.data[i] == '\n';
	return lines;
}

static bool drawing_make_at_place(
	struct drawing *drawing, const struct mutation_kind *kind)
{
	struct source *source = drawing->source;
	if (!source->places.count)
		return false;
	size_t place = drawing_draw(drawing, source->places.count);
	drawing->change.start = source->places.items[place];
	text_add(&drawing->change.text, kind->added);
	if (kind->is_restored)
		text_add_format(&drawing->change.text, "#line %zu\n",
			source_count_lines(source, drawing->change.start));
	return true;
}

static void drawing_show(const struct drawing *drawing, const char *kind)
{
	const struct change *change = &drawing->change;
	const char *data = drawing->source->text.data;
	fprintf(stderr, "%s in line %zu", kind,
		source_count_lines(drawing->source, change->start));
	if (change->length)
		fprintf(stderr, ": %.*s becomes %s", (int)change->length,
			data + change->start, change->text.data);
	fputc('\n', stderr);
	fwrite(data, 1, change->start, stdout);
	fwrite(change->text.data, 1, change->text.size, stdout);
	fputs(data + change->start + change->length, stdout);
}

static struct error *mutation_run(int count, char **arguments)
{
	struct source source = {0};
	struct drawing drawing = {.source = &source,
		.functions = arguments + 3,
		.function_count = (size_t)count - 3};
	const struct mutation_kind *kind = NULL;
	for (size_t i = 0; i < sizeof(mutation_kinds) / sizeof(mutation_kinds[0]); i++) {
		if (strcmp(mutation_kinds[i].name, arguments[0]) == 0)
			kind = &mutation_kinds[i];
	}
	if (!kind)
		return error_failed("%s: is no kind of change", arguments[0]);
	try(file_read(arguments[2], &source.text));
	if (!source.text.size)
		return error_no_change("%s: is empty", arguments[2]);
	const struct digest digest = digest_of(arguments[1], strlen(arguments[1]));
	memcpy(&drawing.state, &digest, sizeof(drawing.state));
	source_read_tokens(&source);
	bool is_made = kind->added ? drawing_make_at_place(&drawing, kind)
				   : drawing_make_at_token(&drawing, kind);
	if (is_made)
		drawing_show(&drawing, kind->name);
	text_deinit(&drawing.change.text);
	text_deinit(&source.text);
	free(source.tokens.items);
	free(source.places.items);
	return is_made ? NULL
		       : error_no_change("%s: has no place for that", arguments[2]);
}

int main(int count, char **arguments)
{
	message_init("source_mutation", true);
	if (count < 4) {
		fputs("usage: source_mutation KIND SEED FILE [FUNCTION...]\n", stderr);
		return 1;
	}
	return message_end(mutation_run(count - 1, arguments + 1));
}
