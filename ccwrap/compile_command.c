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
			command->source = argument;
			command->source_count++;
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

void compile_command_read(
	const struct argument_list *arguments, struct compile_command *command)
{
	struct compile_command read = {0};
	struct compile_options options = {0};
	compile_command_scan(arguments, &read, &options);
	bool is_probe = read.source && (strcmp(read.source, "-") == 0 ||
					       text_has_prefix(read.source, "/dev/"));
	is_probe |= read.output && (strcmp(read.output, "-") == 0 ||
					   text_has_prefix(read.output, "/dev/"));
	if (!options.compiles || options.stops || !read.source || is_probe) {
		read.kind = COMPILE_OTHER;
	} else if (!options.is_c) {
		read.kind = COMPILE_FOREIGN;
	} else {
		read.kind = COMPILE_OBJECT;
		if (options.is_lto)
			read.reason = "lto";
		if (read.source_count > 1)
			read.reason = "several-sources";
		if (read.reason)
			read.kind = COMPILE_UNRECORDED;
	}
	*command = read;
}

char *compile_command_get_object(const struct compile_command *command)
{
	if (command->output)
		return memory_copy_text(command->output);
	const char *name = file_name(command->source);
	const char *dot = strrchr(name, '.');
	size_t stem = dot ? (size_t)(dot - name) : strlen(name);
	return memory_format("%.*s.o", (int)stem, name);
}
