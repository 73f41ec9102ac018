// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compiler_option.h"

#include <stdbool.h>
#include <string.h>

#include "ccwrap/argument_list.h"
#include "lib/text.h"

/*
 * From GCC's manual, "Invoking GCC". If several names fit an argument, the longest
 * counts.
 */
static const struct compiler_option compiler_options[] = {
	{"-c", OPTION_COMPILE, ARGUMENT_NONE},
	{"--compile", OPTION_COMPILE, ARGUMENT_NONE},
	{"-o", OPTION_OUTPUT, ARGUMENT_EITHER},
	{"--output", OPTION_OUTPUT, ARGUMENT_APART},
	{"--output=", OPTION_OUTPUT, ARGUMENT_JOINED},
	{"-x", OPTION_LANGUAGE, ARGUMENT_EITHER},
	{"--language", OPTION_LANGUAGE, ARGUMENT_APART},
	{"--language=", OPTION_LANGUAGE, ARGUMENT_JOINED},

	{"-E", OPTION_STOP, ARGUMENT_NONE},
	{"-S", OPTION_STOP, ARGUMENT_NONE},
	{"-M", OPTION_STOP, ARGUMENT_NONE},
	{"-MM", OPTION_STOP, ARGUMENT_NONE},
	{"-###", OPTION_STOP, ARGUMENT_NONE},
	{"-fsyntax-only", OPTION_STOP, ARGUMENT_NONE},
	{"--preprocess", OPTION_STOP, ARGUMENT_NONE},
	{"--assemble", OPTION_STOP, ARGUMENT_NONE},
	{"--dependencies", OPTION_STOP, ARGUMENT_NONE},
	{"--user-dependencies", OPTION_STOP, ARGUMENT_NONE},
	{"--version", OPTION_STOP, ARGUMENT_NONE},
	{"--help", OPTION_STOP, ARGUMENT_JOINED},
	{"--target-help", OPTION_STOP, ARGUMENT_NONE},
	{"-dumpversion", OPTION_STOP, ARGUMENT_NONE},
	{"-dumpfullversion", OPTION_STOP, ARGUMENT_NONE},
	{"-dumpmachine", OPTION_STOP, ARGUMENT_NONE},
	{"-dumpspecs", OPTION_STOP, ARGUMENT_NONE},
	{"-print-", OPTION_STOP, ARGUMENT_JOINED},
	{"--print-", OPTION_STOP, ARGUMENT_JOINED},

	{"-flto", OPTION_LTO, ARGUMENT_NONE},
	{"-flto=", OPTION_LTO, ARGUMENT_JOINED},
	{"-fno-lto", OPTION_NO_LTO, ARGUMENT_NONE},

	{"-MD", OPTION_DEPENDENCIES, ARGUMENT_NONE},
	{"-MMD", OPTION_DEPENDENCIES, ARGUMENT_NONE},
	{"-MG", OPTION_DEPENDENCIES, ARGUMENT_NONE},
	{"-MP", OPTION_DEPENDENCIES, ARGUMENT_NONE},
	{"-MF", OPTION_DEPENDENCIES, ARGUMENT_EITHER},
	{"-MQ", OPTION_DEPENDENCIES, ARGUMENT_EITHER},
	{"-MT", OPTION_DEPENDENCIES, ARGUMENT_EITHER},
	{"-Wp,-M", OPTION_DEPENDENCIES, ARGUMENT_JOINED},
	{"--write-dependencies", OPTION_DEPENDENCIES, ARGUMENT_NONE},
	{"--write-user-dependencies", OPTION_DEPENDENCIES, ARGUMENT_NONE},

	{"-A", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-B", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-D", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-F", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-I", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-L", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-T", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-U", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-e", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-l", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-u", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-z", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-Xassembler", OPTION_NOTHING, ARGUMENT_APART},
	{"-Xlinker", OPTION_NOTHING, ARGUMENT_APART},
	{"-Xpreprocessor", OPTION_NOTHING, ARGUMENT_APART},
	{"-aux-info", OPTION_NOTHING, ARGUMENT_APART},
	{"-dumpbase", OPTION_NOTHING, ARGUMENT_APART},
	{"-dumpbase-ext", OPTION_NOTHING, ARGUMENT_APART},
	{"-dumpdir", OPTION_NOTHING, ARGUMENT_APART},
	{"-idirafter", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-imacros", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-imultiarch", OPTION_NOTHING, ARGUMENT_APART},
	{"-imultilib", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-include", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-iprefix", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-iquote", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-isysroot", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-isystem", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-iwithprefix", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-iwithprefixbefore", OPTION_NOTHING, ARGUMENT_EITHER},
	{"-wrapper", OPTION_NOTHING, ARGUMENT_APART},
	{"-Tbss", OPTION_NOTHING, ARGUMENT_APART},
	{"-Tdata", OPTION_NOTHING, ARGUMENT_APART},
	{"-Ttext", OPTION_NOTHING, ARGUMENT_APART},
	{"-h", OPTION_NOTHING, ARGUMENT_EITHER},

	{"--assert", OPTION_NOTHING, ARGUMENT_APART},
	{"--define-macro", OPTION_NOTHING, ARGUMENT_APART},
	{"--dump", OPTION_NOTHING, ARGUMENT_APART},
	{"--dumpbase", OPTION_NOTHING, ARGUMENT_APART},
	{"--dumpbase-ext", OPTION_NOTHING, ARGUMENT_APART},
	{"--dumpdir", OPTION_NOTHING, ARGUMENT_APART},
	{"--entry", OPTION_NOTHING, ARGUMENT_APART},
	{"--for-assembler", OPTION_NOTHING, ARGUMENT_APART},
	{"--for-linker", OPTION_NOTHING, ARGUMENT_APART},
	{"--force-link", OPTION_NOTHING, ARGUMENT_APART},
	{"--imacros", OPTION_NOTHING, ARGUMENT_APART},
	{"--include", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-directory", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-directory-after", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-prefix", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-with-prefix", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-with-prefix-after", OPTION_NOTHING, ARGUMENT_APART},
	{"--include-with-prefix-before", OPTION_NOTHING, ARGUMENT_APART},
	{"--library-directory", OPTION_NOTHING, ARGUMENT_APART},
	{"--output-pch=", OPTION_NOTHING, ARGUMENT_APART},
	{"--param", OPTION_NOTHING, ARGUMENT_APART},
	{"--prefix", OPTION_NOTHING, ARGUMENT_APART},
	{"--std", OPTION_NOTHING, ARGUMENT_APART},
	{"--sysroot", OPTION_NOTHING, ARGUMENT_APART},
	{"--undefine-macro", OPTION_NOTHING, ARGUMENT_APART},

	/* Longer names that begin like an option with an argument above. */
	{"-dumpbase=", OPTION_NOTHING, ARGUMENT_JOINED},
	{"-export-dynamic", OPTION_NOTHING, ARGUMENT_NONE},
	{"-undef", OPTION_NOTHING, ARGUMENT_NONE},
};

static bool compiler_option_fits(
	const struct compiler_option *option, const char *argument)
{
	if (option->argument == ARGUMENT_NONE || option->argument == ARGUMENT_APART)
		return strcmp(option->name, argument) == 0;
	return text_has_prefix(argument, option->name);
}

const struct compiler_option *compiler_option_find(const char *argument)
{
	const struct compiler_option *found = NULL;
	size_t count = sizeof(compiler_options) / sizeof(compiler_options[0]);
	if (argument[0] != '-')
		return NULL;
	for (size_t i = 0; i < count; i++) {
		const struct compiler_option *option = &compiler_options[i];
		if (option->name[1] != argument[1] ||
			!compiler_option_fits(option, argument))
			continue;
		if (!found || strlen(option->name) > strlen(found->name))
			found = option;
	}
	return found;
}

const struct compiler_option *compiler_option_take(
	const struct argument_list *arguments, size_t *index, const char **value)
{
	const char *argument = arguments->items[*index];
	const struct compiler_option *option = compiler_option_find(argument);
	if (!option)
		return NULL;
	const char *joined = argument + strlen(option->name);
	bool is_apart = option->argument == ARGUMENT_APART ||
			(option->argument == ARGUMENT_EITHER && !*joined);
	*value = is_apart ? arguments->items[*index + 1] : joined;
	if (is_apart && *value)
		++*index;
	return option;
}
