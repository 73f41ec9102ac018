/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_option.h - what the wrapper must know of the compiler's options
 *
 * Only two questions matter: does an option take the next argument, and does it
 * make the command something other than a compile of C to an object. Options that
 * are not in the table have no argument of their own and change nothing of that.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_OPTION_H
#define KSPLICE_CCWRAP_COMPILER_OPTION_H

#include <stddef.h>

enum compiler_option_effect {
	OPTION_NOTHING,
	OPTION_COMPILE,      /* -c */
	OPTION_OUTPUT,       /* -o: its argument is the output */
	OPTION_LANGUAGE,     /* -x: its argument is the language of what follows */
	OPTION_STOP,         /* no object comes of it: run the compiler, record nothing */
	OPTION_DEPENDENCIES, /* writes a file of its own, beside the object */
	OPTION_LTO,          /* the object holds no code yet */
	OPTION_NO_LTO,
};

struct compiler_option {
	const char *name;
	enum compiler_option_effect effect;
	/* How its argument comes. */
	enum {
		ARGUMENT_NONE,   /* the name is the whole option */
		ARGUMENT_APART,  /* the next argument */
		ARGUMENT_EITHER, /* joined, or else the next argument */
		ARGUMENT_JOINED, /* any rest is part of the option */
	} argument;
};

struct argument_list;

/*
 * The option that arguments[*index] is or starts with, or NULL. *value is then its
 * argument ("" if it has none, NULL if it is missing), and *index has moved on to it
 * where it stands apart.
 */
const struct compiler_option *compiler_option_take(
	const struct argument_list *arguments, size_t *index, const char **value);

/* The option that an argument is or starts with, or NULL. */
const struct compiler_option *compiler_option_find(const char *argument);

#endif
