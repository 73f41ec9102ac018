// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/wrapper_call.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "ccwrap/ccache_setting.h"
#include "ccwrap/compiler_path.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text.h"

#define WRAPPER_COMPILER "gcc"

/* Files that a compiler reads; a program is never called by such a name. */
static const char *const wrapper_file_suffixes[] = {
	".c",
	".i",
	".s",
	".S",
	".sx",
	".o",
	".a",
	".so",
	".cc",
	".cpp",
	".cxx",
	".C",
	".h",
};

/* True if the first argument names a compiler and is not a file to compile. */
static bool is_compiler_name(const char *argument)
{
	if (argument[0] == '-' || argument[0] == '@' || !argument[0])
		return false;
	size_t count = sizeof(wrapper_file_suffixes) / sizeof(wrapper_file_suffixes[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_suffix(argument, wrapper_file_suffixes[i]))
			return false;
	}
	scope_free char *found = compiler_path_find(argument, NULL);
	if (found)
		return true;
	/* A compiler that is not installed is reported by its name. */
	bool has_name =
		compiler_path_is_compiler(argument) || !strchr(file_name(argument), '.');
	return has_name && !file_exists(argument);
}

static const char *wrapper_call_get_default(void)
{
	const char *compiler = getenv(KSPLICE_ENV_COMPILER);
	return compiler && *compiler ? compiler : WRAPPER_COMPILER;
}

/* A cache may run a distributor, and a compiler on PATH may be a link to a cache. */
static enum launcher_kind wrapper_call_find_launcher(const struct wrapper_call *call)
{
	enum launcher_kind found = LAUNCHER_NONE;
	for (size_t i = 0; i < call->compiler; i++) {
		enum launcher_kind kind =
			compiler_path_get_launcher(call->command.items[i]);
		found = kind > found ? kind : found;
	}
	scope_free char *resolved = call->program ? realpath(call->program, NULL) : NULL;
	if (!found && resolved)
		found = compiler_path_get_launcher(resolved);
	bool has_prefix =
		found == LAUNCHER_CACHE &&
		ccache_setting_has_prefix(call->command.items, (int)call->compiler);
	return has_prefix ? LAUNCHER_NETWORK : found;
}

/* Reads the launchers and their own arguments. Returns the index of the next argument. */
static int wrapper_call_read_launchers(struct wrapper_call *call, int argc, char **argv)
{
	int next = 1;
	while (next < argc && compiler_path_get_launcher(argv[next])) {
		bool is_cache = compiler_path_get_launcher(argv[next]) == LAUNCHER_CACHE;
		argument_list_add(&call->command, argv[next++]);
		while (is_cache && next < argc && ccache_setting_is(argv[next]))
			argument_list_add(&call->command, argv[next++]);
	}
	return next;
}

void wrapper_call_read(struct wrapper_call *call, int argc, char **argv)
{
	int next = 1;
	const char *called = file_name(argv[0]);
	if (!text_has_prefix(called, WRAPPER_NAME)) {
		argument_list_add(&call->command, called);
	} else {
		next = wrapper_call_read_launchers(call, argc, argv);
		bool is_named = next < argc && is_compiler_name(argv[next]);
		argument_list_add(&call->command,
			is_named ? argv[next++] : wrapper_call_get_default());
	}
	call->compiler = call->command.count - 1;
	argument_list_add(&call->expanded, call->command.items[call->compiler]);
	for (; next < argc; next++) {
		argument_list_add(&call->command, argv[next]);
		argument_list_add_expanded(&call->expanded, argv[next]);
	}
	bool skipped = false;
	call->program = compiler_path_find(call->command.items[0], &skipped);
	call->launcher = wrapper_call_find_launcher(call);
	/* GCC looks for its parts beside the program that PATH has under its name. If
	 * that is ksplice-cc, GCC needs its real path. */
	if (skipped && call->program)
		argument_list_replace(&call->command, 0, call->program);
	call->real = compiler_path_find_real(call->expanded.items[0]);
}

void wrapper_call_deinit(struct wrapper_call *call)
{
	argument_list_deinit(&call->command);
	argument_list_deinit(&call->expanded);
	free(call->program);
	free(call->real);
	*call = (struct wrapper_call){0};
}
