/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command_line.h - what a command was asked for: its options, as a table, and operands
 *
 * Options are as GNU's getopt_long reads them: long ones may be shortened, operands may
 * stand between them, and "--" ends them. -h, --help and --version need no row.
 */
#ifndef KSPLICE_LIB_COMMAND_LINE_H
#define KSPLICE_LIB_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* The arguments of an option that may be there several times, in their order.
 * Zero-initialise it; free(items) ends it, the texts are those of the command line. */
struct command_list {
	const char **items;
	size_t count;
	size_t capacity;
};

/* One of flag, text and list is set. */
struct command_option {
	const char *name;          /* the long one; NULL ends the table */
	char letter;               /* the short one, or 0 */
	bool is_optional;          /* the argument, which is "" where it is missing */
	bool *flag;                /* becomes true */
	const char **text;         /* becomes the option's argument */
	struct command_list *list; /* gets the option's argument, each time */
};

struct command_line {
	const char *name; /* of the command */
	/* What --help prints; its first line is "usage: ", and how to call the command.
	 */
	const char *help;
	const struct command_option *options;
	const char *operand; /* what an operand is, for messages */
	int least;           /* how many operands it takes */
	int most;
};

/*
 * Fills in what the table points to. *operands then is the first of those, which a NULL
 * follows, as they stand in arguments. *operands is NULL where there is nothing more to
 * do: help or version have been printed.
 */
struct error *command_line_read(
	const struct command_line *line, int count, char **arguments, char ***operands);

#endif
