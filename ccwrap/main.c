// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - ksplice-cc: a compiler that remembers what it compiled
 *
 *     make ──▶ ksplice-cc ──▶ gcc -fplugin=… ──▶ object
 *                  │               │ plugin's output
 *                  └──── record ◀──┘      .ksplice/<object>.json.zst
 *
 * This file decides what a call is; the others do the work:
 *
 *     wrapper_call      which compiler, which arguments
 *     compile_command   what the command makes
 *     plain_compile     the compiler alone
 *     recorded_compile  the compiler with the plugin, then the record
 *     remade_record     the record of an object that exists already
 *
 * Two things must hold. The object, the messages and the exit status are the compiler's
 * own. Whatever goes wrong with a record never stops the build, and leaves no wrong
 * record behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "ccwrap/call_log.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_identity.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/plain_compile.h"
#include "ccwrap/record_path.h"
#include "ccwrap/recorded_compile.h"
#include "ccwrap/remade_record.h"
#include "ccwrap/wrapper_call.h"
#include "ccwrap/wrapper_chain.h"
#include "lib/error.h"
#include "lib/text.h"

/* ksplice-cc's own options; all others are the compiler's. */
#define MAIN_IDENTITY "--ksplice-identity"
#define MAIN_REMAKE "--ksplice-remake="

/* For a compiler cache that runs ksplice-cc and so sees neither compiler nor plugin. */
static int main_show_identity(char **argv)
{
	struct wrapper_call call = {0};
	struct compiler_identity identity = {0};
	scope_text struct text text = {0};
	wrapper_call_read(&call, 1, argv);
	if (!call.real)
		compiler_exec_missing(call.command.items[0]);
	compiler_identity_ask(&identity, call.real);
	compiler_identity_describe(&identity, call.real, &text);
	fputs(text.data, stdout);
	compiler_identity_deinit(&identity);
	wrapper_call_deinit(&call);
	return fflush(stdout) ? 1 : 0;
}

static int main_remake(const struct wrapper_call *call,
	const struct compile_command *command, const char *folder)
{
	scope_error struct error *error = remade_record_make(call, command, folder);
	if (!error)
		return 0;
	fprintf(stderr, "ksplice-cc: %s\n", error_get_text(error));
	return (int)error_get_kind(error);
}

/* Why the compiler is run without looking at what the command makes, or NULL. */
static const char *main_find_passing(
	const struct wrapper_call *call, const struct compile_command *command)
{
	const char *above = getenv(KSPLICE_ENV_UNIT);
	if (command->kind == COMPILE_OTHER)
		return "not a compile of C to an object";
	if (!call->program || !call->real)
		return "no such compiler";
	return above && *above ? "another ksplice-cc, which runs this one, records it"
			       : NULL;
}

int main(int argc, char **argv)
{
	struct wrapper_call call = {0};
	struct compile_command command = {0};
	struct record_path path = {0};

	if (argc == 2 && strcmp(argv[1], MAIN_IDENTITY) == 0)
		return main_show_identity(argv);
	const char *remake = NULL;
	call_log_start(argc, argv);
	if (argc > 1 && text_has_prefix(argv[1], MAIN_REMAKE)) {
		remake = argv[1] + strlen(MAIN_REMAKE);
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	wrapper_call_read(&call, argc, argv);
	wrapper_chain_add(call.program);
	compile_command_read(&call.expanded, &command);
	if (remake)
		return main_remake(&call, &command, remake);
	const char *why = main_find_passing(&call, &command);
	if (why)
		plain_compile_pass(&call, NULL, why);
	if (command.kind == COMPILE_SEVERAL)
		recorded_compile_run_several(&call, &command);
	plain_compile_find_path(&call, &command, command.sources, &path);
	if (command.kind == COMPILE_OBJECT) {
		why = record_path_find_rule(&path);
		if (why)
			plain_compile_pass(&call, path.object, why);
		recorded_compile_run(&call, &command, &path);
	}
	plain_compile_forget(&call, &command);
	if (command.kind == COMPILE_UNRECORDED)
		plain_compile_run(&call, &command, command.reason);
	plain_compile_pass(&call, path.object, "not a C source");
}
