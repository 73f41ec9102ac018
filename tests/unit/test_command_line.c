// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/command_line.h"

#include "lib/cleanup.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* What a command line of single spaces gives: values, then operands. */
struct reading {
	bool quiet;
	const char *output;
	const char *record;
	struct command_list allowed;
	char **operands;
	char *copy;
	char *arguments[16];
};

static struct error *read_line(
	const char *text, int least, int most, struct reading *reading)
{
	*reading = (struct reading){.output = ".", .copy = memory_copy_text(text)};
	const struct command_option table[] = {
		{"quiet", 'q', .flag = &reading->quiet},
		{"output", 'o', .text = &reading->output},
		{"record", .is_optional = true, .text = &reading->record},
		{"allow", 'a', .list = &reading->allowed},
		{0},
	};
	const struct command_line line = {"tool", "usage: tool [OPTION] FILE\nand more\n",
		table, "file", least, most};
	char *next = reading->copy;
	int count = 0;
	for (char *word; (word = strsep(&next, " "));)
		reading->arguments[count++] = word;
	reading->arguments[count] = NULL;
	return command_line_read(&line, count, reading->arguments, &reading->operands);
}

static void test_values(void)
{
	struct reading reading;
	UNIT_CHECK(!read_line("tool a -q --output=x b", 1, 2, &reading));
	UNIT_CHECK(reading.quiet);
	UNIT_CHECK_TEXT(reading.output, "x");
	UNIT_CHECK(!reading.record);
	UNIT_CHECK_TEXT(reading.operands[0], "a");
	UNIT_CHECK_TEXT(reading.operands[1], "b");
	UNIT_CHECK(!reading.operands[2]);
	free(reading.copy);
	UNIT_CHECK(!read_line("tool -ox --rec -- -q", 1, 1, &reading));
	UNIT_CHECK(!reading.quiet);
	UNIT_CHECK_TEXT(reading.output, "x");
	UNIT_CHECK_TEXT(reading.record, "");
	UNIT_CHECK_TEXT(reading.operands[0], "-q");
	free(reading.copy);
	UNIT_CHECK(!read_line("tool --record=y -o z", 0, 1, &reading));
	UNIT_CHECK_TEXT(reading.output, "z");
	UNIT_CHECK_TEXT(reading.record, "y");
	UNIT_CHECK(!reading.operands[0]);
	free(reading.copy);
}

static void test_list(void)
{
	struct reading reading;
	UNIT_CHECK(!read_line("tool --allow=x f -a y --quiet --allow x", 1, 1, &reading));
	UNIT_CHECK(reading.allowed.count == 3);
	UNIT_CHECK_TEXT(reading.allowed.items[0], "x");
	UNIT_CHECK_TEXT(reading.allowed.items[1], "y");
	UNIT_CHECK_TEXT(reading.allowed.items[2], "x");
	UNIT_CHECK_TEXT(reading.operands[0], "f");
	UNIT_CHECK(reading.quiet);
	free(reading.allowed.items);
	free(reading.copy);
	UNIT_CHECK(!read_line("tool f", 1, 1, &reading));
	UNIT_CHECK(reading.allowed.count == 0);
	free(reading.copy);
	UNIT_CHECK_ERROR(read_line("tool f --allow", 1, 1, &reading),
		"--allow: needs an argument");
	free(reading.copy);
}

static void test_end(void)
{
	static const char *const lines[] = {
		"tool -h", "tool --help a b", "tool --version -o"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct reading reading;
		UNIT_CHECK(!read_line(lines[i], 1, 1, &reading));
		UNIT_CHECK(!reading.operands);
		free(reading.copy);
	}
}

static void test_errors(void)
{
	static const struct {
		const char *line;
		const char *error;
	} lines[] = {
		{"tool", "no file given"},
		{"tool a b c", "c: one file too many"},
		{"tool -x a", "-x: no such option"},
		{"tool -qx a", "-x: no such option"},
		{"tool --wrong a", "--wrong: no such option"},
		{"tool --wrong=2 a --false", "--wrong: no such option"},
		{"tool --quiet=2 a", "--quiet: takes no argument"},
		{"tool --help=2 a", "--help: takes no argument"},
		{"tool --version=2 a", "--version: takes no argument"},
		{"tool a -qo", "-o: needs an argument"},
		{"tool a --output", "--output: needs an argument"},
		{"tool a --=2", "--: is short for several options"},
		{"tool a --false --help", "--false: no such option"},
		{"tool -o b a --output c", "--output is given twice: b and c"},
		{"tool --output=b a -oc", "-o (--output) is given twice: b and c"},
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct reading reading;
		struct error *error = read_line(lines[i].line, 1, 2, &reading);
		UNIT_CHECK(!reading.operands);
		UNIT_CHECK_ERROR(error, lines[i].error);
		free(reading.copy);
	}
	struct reading reading;
	struct error *error = read_line("tool", 1, 1, &reading);
	UNIT_CHECK_TEXT(error_get_hint(error), "tool [OPTION] FILE");
	error_free(error);
	free(reading.copy);
}

/* What says how an error is to be told counts wherever it stands. */
static void test_error_and_flag(void)
{
	static const char *const lines[] = {"tool --wrong -q", "tool -q --wrong",
		"tool -o a -o b -h --quiet", "tool -q", "tool a b c -q"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct reading reading;
		struct error *error = read_line(lines[i], 1, 2, &reading);
		UNIT_CHECK(reading.quiet);
		UNIT_CHECK(!reading.operands);
		UNIT_CHECK_TEXT(error ? error_get_reason(error) : NULL, "usage");
		error_free(error);
		free(reading.copy);
	}
}

int main(void)
{
	test_values();
	test_list();
	test_end();
	test_errors();
	test_error_and_flag();
	return unit_end();
}
