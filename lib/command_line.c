// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "abi/version.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What getopt_long gives: 'h', or these; the rows of the table count from the last. */
enum { COMMAND_VERSION = 256, COMMAND_ROW };

static size_t command_line_count(const struct command_line *line)
{
	size_t count = 0;
	while (line->options[count].name)
		count++;
	return count;
}

static int command_line_get_argument(const struct command_option *option)
{
	if (!option->text && !option->list)
		return no_argument;
	return option->is_optional ? optional_argument : required_argument;
}

/* The table as getopt_long wants it; the caller frees both. */
static struct option *command_line_make_table(
	const struct command_line *line, struct text *letters)
{
	size_t count = command_line_count(line);
	struct option *table = memory_allocate((count + 3) * sizeof(*table));
	for (size_t i = 0; i < count; i++) {
		const struct command_option *option = &line->options[i];
		int argument = command_line_get_argument(option);
		table[i] = (struct option){
			option->name, argument, NULL, COMMAND_ROW + (int)i};
		if (option->letter)
			text_add_format(letters, "%c%s", option->letter,
				argument == required_argument ? ":" : "");
	}
	table[count] = (struct option){"help", no_argument, NULL, 'h'};
	table[count + 1] = (struct option){"version", no_argument, NULL, COMMAND_VERSION};
	text_add(letters, "h");
	return table;
}

static const struct command_option *command_line_find(
	const struct command_line *line, int found)
{
	if (found >= COMMAND_ROW)
		return &line->options[found - COMMAND_ROW];
	for (const struct command_option *option = line->options; option->name;
		option++) {
		if (option->letter == found)
			return option;
	}
	return NULL;
}

/* given: for each row whether it was seen before. */
static struct error *command_line_take(
	const struct command_line *line, int found, bool *given)
{
	const struct command_option *option = command_line_find(line, found);
	if (!option) /* getopt_long has said which */
		return error_failed("try '%s --help'", line->name);
	if (option->flag) {
		*option->flag = true;
		return NULL;
	}
	if (option->list) {
		*array_add(option->list) = optarg ? optarg : "";
		return NULL;
	}
	if (given[option - line->options])
		return error_failed("--%s is there twice", option->name);
	given[option - line->options] = true;
	*option->text = optarg ? optarg : "";
	return NULL;
}

static struct error *command_line_read_options(
	const struct command_line *line, int count, char **arguments, bool *is_done)
{
	scope_text struct text letters = {0};
	scope_free struct option *table = command_line_make_table(line, &letters);
	scope_free bool *given = memory_allocate(command_line_count(line) + 1);
	int found;
	while ((found = getopt_long(count, arguments, letters.data, table, NULL)) != -1) {
		*is_done = found == 'h' || found == COMMAND_VERSION;
		if (found == 'h')
			fputs(line->help, stdout);
		else if (found == COMMAND_VERSION)
			printf("%s %s\n", line->name, KSPLICE_VERSION);
		else
			try(command_line_take(line, found, given));
		if (*is_done)
			return NULL;
	}
	return NULL;
}

static struct error *command_line_check_operands(
	const struct command_line *line, int given, char **operands)
{
	if (given >= line->least && given <= line->most)
		return NULL;
	const char *call = line->help + strlen("usage: ");
	struct error *error = given < line->least
				      ? error_failed("which %s?", line->operand)
				      : error_failed("%s: one %s too many",
						operands[line->most], line->operand);
	return error_hint(error, "%.*s", (int)strcspn(call, "\n"), call);
}

struct error *command_line_read(
	const struct command_line *line, int count, char **arguments, char ***operands)
{
	bool is_done = false;
	*operands = NULL;
	optind = 0; /* glibc's way to start anew */
	try(command_line_read_options(line, count, arguments, &is_done));
	if (is_done)
		return NULL;
	char **first = arguments + optind;
	try(command_line_check_operands(line, count - optind, first));
	*operands = first;
	return NULL;
}
