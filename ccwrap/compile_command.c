// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compile_command.h"

#include <stdbool.h>
#include <string.h>

#include "ccwrap/argument_list.h"
#include "ccwrap/compiler_option.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What has been seen of the command line so far. */
struct compile_options {
	bool compiles;
	bool stops;
	bool is_lto;
	const char *language; /* NULL: by each file's name */
	bool is_c;            /* the last source */
};

static bool is_c_source(const char *path, const char *language)
{
	if (language)
		return strcmp(language, "c") == 0 || strcmp(language, "cpp-output") == 0;
	return text_has_suffix(path, ".c") || text_has_suffix(path, ".i");
}

static void compile_command_apply(struct compile_command *command,
	struct compile_options *options, const struct compiler_option *option,
	const char *value)
{
	switch (option->effect) {
	case OPTION_COMPILE:
		options->compiles = true;
		break;
	case OPTION_OUTPUT:
		command->output = value;
		break;
	case OPTION_LANGUAGE:
		options->language = strcmp(value, "none") == 0 ? NULL : value;
		break;
	case OPTION_STOP:
		options->stops = true;
		break;
	case OPTION_LTO:
		options->is_lto = true;
		break;
	case OPTION_NO_LTO:
		options->is_lto = false;
		break;
	case OPTION_DEPENDENCIES:
	case OPTION_NOTHING:
		break;
	}
}

static void compile_command_scan(const struct argument_list *arguments,
	struct compile_command *command, struct compile_options *options)
{
	for (size_t i = 1; i < arguments->count; i++) {
		const char *argument = arguments->items[i];
		if (argument[0] != '-' || !argument[1]) {
			argument_list_add(&command->sources, argument);
			options->is_c = is_c_source(argument, options->language);
			continue;
		}
		const char *value;
		const struct compiler_option *option =
			compiler_option_take(arguments, &i, &value);
		if (!option)
			continue;
		if (!value) {
			options->stops = true; /* the compiler will say so */
			return;
		}
		compile_command_apply(command, options, option, value);
	}
}

/* A question to the compiler rather than a compile: nothing is kept of it. */
static bool is_probe(const struct compile_command *command)
{
	const char *paths[] = {command->sources.items[0], command->output};
	for (size_t i = 0; i < 2; i++) {
		if (paths[i] && (strcmp(paths[i], "-") == 0 ||
					text_has_prefix(paths[i], "/dev/")))
			return true;
	}
	return false;
}

void compile_command_read(
	const struct argument_list *arguments, struct compile_command *command)
{
	struct compile_options options = {0};
	compile_command_scan(arguments, command, &options);
	if (!options.compiles || options.stops || !command->sources.count ||
		is_probe(command)) {
		command->kind = COMPILE_OTHER;
	} else if (!options.is_c) {
		command->kind = COMPILE_FOREIGN;
	} else {
		if (options.is_lto)
			command->reason = "lto";
		else if (command->sources.count > 1)
			command->reason = "several-sources";
		command->kind = command->reason ? COMPILE_UNRECORDED : COMPILE_OBJECT;
	}
}

char *compile_command_get_object(
	const struct compile_command *command, const char *source)
{
	if (command->output)
		return memory_copy_text(command->output);
	const char *name = file_name(source);
	const char *dot = strrchr(name, '.');
	size_t stem = dot ? (size_t)(dot - name) : strlen(name);
	return memory_format("%.*s.o", (int)stem, name);
}

void compile_command_deinit(struct compile_command *command)
{
	argument_list_deinit(&command->sources);
	*command = (struct compile_command){0};
}
