/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrapper_call.h - how the wrapper was called: which compiler, which arguments
 *
 *     ksplice-cc ARGUMENTS                  the default compiler
 *     ksplice-cc gcc-12 ARGUMENTS           this one
 *     ksplice-cc ccache gcc ARGUMENTS       this one, run by a launcher
 *     gcc ARGUMENTS                         a symbolic link: the next gcc on PATH
 */
#ifndef KSPLICE_CCWRAP_WRAPPER_CALL_H
#define KSPLICE_CCWRAP_WRAPPER_CALL_H

#include "ccwrap/argument_list.h"
#include "ccwrap/compiler_path.h"

/* Zero-initialise; release with wrapper_call_deinit. */
struct wrapper_call {
	/* The command to run: launchers, the compiler as named, its arguments. */
	struct argument_list command;
	size_t compiler;             /* index in command of the compiler's name */
	enum launcher_kind launcher; /* the program that runs the compiler, if any */
	char *program;               /* path of command.items[0], NULL if there is none */
	char *real; /* path of the compiler itself, NULL if there is none */
	/* The compiler's name and arguments, with the content of @files. */
	struct argument_list expanded;
};

void wrapper_call_read(struct wrapper_call *call, int argc, char **argv);
void wrapper_call_deinit(struct wrapper_call *call);

#endif
