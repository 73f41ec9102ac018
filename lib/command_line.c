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

/* getopt_long returns a letter, or one of these; COMMAND_ROW is the table's first row. */
enum { COMMAND_HELP = 256, COMMAND_VERSION, COMMAND_ROW };

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
	/* The colon: no messages, and ':' for an option whose argument is missing. */
	text_add(letters, ":");
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
	table[count] = (struct option){"help", no_argument, NULL, COMMAND_HELP};
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

/* How many options the word "--NAME" or "--NAME=VALUE" could be short for. */
static size_t command_line_count_matches(
	const struct command_line *line, const char *word)
{
	const char *name = word + strlen("--");
	size_t length = strcspn(name, "=");
	size_t matches =
		!strncmp(name, "help", length) + !strncmp(name, "version", length);
	for (const struct command_option *option = line->options; option->name; option++)
		matches += !strncmp(name, option->name, length);
	return matches;
}

/* getopt_long could not read word; it returned ':' or '?', and set optopt. */
static struct error *command_line_refuse(
	const struct command_line *line, int found, const char *word)
{
	bool is_letter = optopt > 0 && optopt < COMMAND_HELP;
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *name = is_letter ? letter : word;
	const char *problem = "no such option";
	if (found == ':')
		problem = "needs an argument";
	else if (optopt >= COMMAND_HELP)
		problem = "takes no argument";
	else if (!optopt && command_line_count_matches(line, word) > 1)
		problem = "is short for several options";
	return error_hint(error_usage("%.*s: %s", (int)strcspn(name, "="), name, problem),
		"try '%s --help'", line->name);
}

/* The values show the mistake where one option was taken for another: -p1 for -s1. */
static struct error *command_line_refuse_second(
	const struct command_option *option, int found)
{
	const char letter[] = {'-', (char)found, ' ', '('};
	bool is_letter = found < COMMAND_HELP;
	return error_usage("%.*s--%s%s is given twice: %s and %s",
		is_letter ? (int)sizeof(letter) : 0, letter, option->name,
		is_letter ? ")" : "", *option->text, optarg ? optarg : "");
}

/* given: for each row whether it was seen before. */
static struct error *command_line_take(
	const struct command_line *line, int found, const char *word, bool *given)
{
	if (found == ':' || found == '?')
		return command_line_refuse(line, found, word);
	const struct command_option *option = command_line_find(line, found);
	if (!option) /* --help or --version behind an error */
		return NULL;
	if (option->flag) {
		*option->flag = true;
		return NULL;
	}
	if (option->list) {
		*array_add(option->list) = optarg ? optarg : "";
		return NULL;
	}
	if (given[option - line->options])
		return command_line_refuse_second(option, found);
	given[option - line->options] = true;
	*option->text = optarg ? optarg : "";
	return NULL;
}

/* True if it asks for one of the two texts, which is printed. */
static bool command_line_show(const struct command_line *line, int found)
{
	if (found == 'h' || found == COMMAND_HELP)
		fputs(line->help, stdout);
	else if (found == COMMAND_VERSION)
		printf("%s %s\n", line->name, KSPLICE_VERSION);
	else
		return false;
	return true;
}

/* Reads all options even after an error, because --json decides how the error is printed.
 * The first error counts. */
static struct error *command_line_read_options(
	const struct command_line *line, int count, char **arguments, bool *is_done)
{
	scope_text struct text letters = {0};
	scope_free struct option *table = command_line_make_table(line, &letters);
	scope_free bool *given = memory_allocate(command_line_count(line) + 1);
	struct error *first = NULL;
	int found;
	while ((found = getopt_long(count, arguments, letters.data, table, NULL)) != -1) {
		if (!first && command_line_show(line, found)) {
			*is_done = true;
			return NULL;
		}
		struct error *error =
			command_line_take(line, found, arguments[optind - 1], given);
		if (first)
			error_free(error);
		else
			first = error;
	}
	return first;
}

static struct error *command_line_check_operands(
	const struct command_line *line, int given, char **operands)
{
	if (given >= line->least && given <= line->most)
		return NULL;
	const char *call = line->help + strlen("usage: ");
	struct error *error = given < line->least
				      ? error_usage("no %s given", line->operand)
				      : error_usage("%s: one %s too many",
						operands[line->most], line->operand);
	return error_hint(error, "%.*s", (int)strcspn(call, "\n"), call);
}

struct error *command_line_read(
	const struct command_line *line, int count, char **arguments, char ***operands)
{
	bool is_done = false;
	*operands = NULL;
	optind = 0; /* makes glibc start again */
	try(command_line_read_options(line, count, arguments, &is_done));
	if (is_done)
		return NULL;
	char **first = arguments + optind;
	try(command_line_check_operands(line, count - optind, first));
	*operands = first;
	return NULL;
}
