/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command_line.h - reads a command line: options, from a table, and operands
 *
 * Options are read as by GNU's getopt_long: long ones may be shortened, operands may be
 * between them, and "--" ends them. -h, --help and --version need no row.
 */
#ifndef KSPLICE_LIB_COMMAND_LINE_H
#define KSPLICE_LIB_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct error;

/* The arguments of an option that may be given several times, in their order.
 * Zero-initialise it; release with free(items). The texts are those of the command line.
 */
struct command_list {
	const char **items;
	size_t count;
	size_t capacity;
};

/* One of flag, text and list is set. */
struct command_option {
	const char *name;          /* the long one; NULL ends the table */
	char letter;               /* the short one, or 0 */
	bool is_optional;          /* the argument may be missing; it is "" then */
	bool *flag;                /* becomes true */
	const char **text;         /* becomes the option's argument */
	struct command_list *list; /* gets the option's argument, each time */
};

struct command_line {
	const char *name; /* of the command */
	/* The output of --help. Its first line is "usage: " and how to call the command.
	 */
	const char *help;
	const struct command_option *options;
	const char *operand; /* what an operand is, for messages */
	int least;           /* how many operands it takes */
	int most;
};

/*
 * Sets the variables that the table points to. *operands becomes the address of the first
 * operand in arguments; a NULL follows the last one. *operands is NULL if help or version
 * was printed, and nothing remains to be done.
 */
struct error *command_line_read(
	const struct command_line *line, int count, char **arguments, char ***operands);

#endif
