/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile_command.h - what a compiler's command line asks for
 */
#ifndef KSPLICE_CCWRAP_COMPILE_COMMAND_H
#define KSPLICE_CCWRAP_COMPILE_COMMAND_H

#include <stddef.h>

struct argument_list;

enum compile_kind {
	COMPILE_OTHER,      /* makes no object of C that anybody will link */
	COMPILE_FOREIGN,    /* an object of something else than C */
	COMPILE_OBJECT,     /* one source in C to one object */
	COMPILE_UNRECORDED, /* as that, but there is nothing to record: see reason */
};

/* Strings point into the command line, which must stay. */
struct compile_command {
	enum compile_kind kind;
	const char *reason; /* of COMPILE_UNRECORDED: a constant name */
	const char *source;
	const char *output; /* -o as given, NULL if the compiler chooses */
	size_t source_count;
};

/* arguments: without @files, [0] is the compiler. */
void compile_command_read(
	const struct argument_list *arguments, struct compile_command *command);

/* The path of the object, as given or as the compiler chooses; the caller frees it. */
char *compile_command_get_object(const struct compile_command *command);

#endif
