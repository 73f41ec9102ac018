/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compile_command.h - what a compiler's command line makes
 */
#ifndef KSPLICE_CCWRAP_COMPILE_COMMAND_H
#define KSPLICE_CCWRAP_COMPILE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "ccwrap/argument_list.h"

enum compile_kind {
	COMPILE_OTHER,      /* makes no object that is kept */
	COMPILE_FOREIGN,    /* objects of other languages than C */
	COMPILE_OBJECT,     /* one source in C to one object */
	COMPILE_SEVERAL,    /* several sources, C among them, each to its object */
	COMPILE_UNRECORDED, /* objects of C that cannot be recorded: see reason */
};

struct compile_source {
	const char *path; /* as given */
	size_t index;     /* among the arguments */
	bool is_c;
};

/* Zero-initialise; release with compile_command_deinit. */
struct compile_command {
	enum compile_kind kind;
	const char *reason; /* of COMPILE_UNRECORDED: a constant name */
	struct compile_source *sources;
	size_t source_count;
	const char *output; /* -o as given, part of the command line that was read;
			     * NULL if the compiler chooses */
};

/* arguments: [0] is the compiler, @files are expanded; they must stay. */
void compile_command_read(
	const struct argument_list *arguments, struct compile_command *command);

/* The path of a source's object, as given or chosen; the caller frees it. */
char *compile_command_get_object(
	const struct compile_command *command, const struct compile_source *source);

/*
 * Adds to part the arguments that compile one of the sources alone. arguments: those
 * that were read.
 */
void compile_command_select(const struct compile_command *command,
	const struct argument_list *arguments, const struct compile_source *source,
	struct argument_list *part);

void compile_command_deinit(struct compile_command *command);

#endif
