/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_option.h - the compiler's options that the wrapper must understand
 *
 * Only two things matter: whether an option takes the next argument, and whether it makes
 * the command something other than a compile of C to an object. Options that are not in
 * the table do neither.
 */
#ifndef KSPLICE_CCWRAP_COMPILER_OPTION_H
#define KSPLICE_CCWRAP_COMPILER_OPTION_H

#include <stddef.h>

enum compiler_option_effect {
	OPTION_NOTHING,
	OPTION_COMPILE,      /* -c */
	OPTION_OUTPUT,       /* -o: its argument is the output */
	OPTION_LANGUAGE,     /* -x: its argument is the language of the files behind it */
	OPTION_STOP,         /* no object is made */
	OPTION_DEPENDENCIES, /* writes another file than the object */
	OPTION_LTO,          /* the object contains no machine code */
	OPTION_NO_LTO,
};

struct compiler_option {
	const char *name;
	enum compiler_option_effect effect;
	/* Where its argument is. */
	enum {
		ARGUMENT_NONE,   /* the name is the whole option */
		ARGUMENT_APART,  /* the next argument */
		ARGUMENT_EITHER, /* joined, or the next argument */
		ARGUMENT_JOINED, /* any rest is part of the option */
	} argument;
};

struct argument_list;

/*
 * The option that arguments[*index] is or starts with, or NULL. *value is then its
 * argument
 * ("" if it has none, NULL if it is missing). If the argument is the next one, *index
 * moves to it.
 */
const struct compiler_option *compiler_option_take(
	const struct argument_list *arguments, size_t *index, const char **value);

/* The option that an argument is or starts with, or NULL. */
const struct compiler_option *compiler_option_find(const char *argument);

#endif
