// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compile_command.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ccwrap/argument_list.h"
#include "ccwrap/compiler_option.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What was read of the command line so far. */
struct compile_options {
	bool compiles;
	bool stops;
	bool is_lto;
	const char *language; /* NULL: by each file's name */
};

/* With -c, GCC ignores files for the linker. */
static bool is_for_linker(const char *path, const char *language)
{
	return !language && (text_has_suffix(path, ".o") || text_has_suffix(path, ".a") ||
				    text_has_suffix(path, ".so"));
}

static bool is_c_source(const char *path, const char *language)
{
	if (language)
		return strcmp(language, "c") == 0 || strcmp(language, "cpp-output") == 0;
	return text_has_suffix(path, ".c") || text_has_suffix(path, ".i");
}

static void compile_command_add_source(struct compile_command *command, const char *path,
	size_t index, const char *language)
{
	if (is_for_linker(path, language))
		return;
	command->sources = memory_resize(
		command->sources, command->source_count + 1, sizeof(*command->sources));
	command->sources[command->source_count++] = (struct compile_source){
		.path = path,
		.index = index,
		.is_c = is_c_source(path, language),
	};
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
			compile_command_add_source(
				command, argument, i, options->language);
			continue;
		}
		const char *value;
		const struct compiler_option *option =
			compiler_option_take(arguments, &i, &value);
		if (!option)
			continue;
		if (!value) {
			options->stops = true; /* the compiler reports this error */
			return;
		}
		compile_command_apply(command, options, option, value);
	}
}

/* Names of this process's open files, which mean nothing to other processes. */
static const char *const passing_files[] = {
	"/dev/stdin",
	"/dev/stdout",
	"/dev/stderr",
	"/dev/fd/",
	"/proc/self/",
};

/* True for a pipe, a terminal, /dev/null: not a file that stays. */
static bool is_passing(const char *path)
{
	struct stat status;
	if (strcmp(path, "-") == 0)
		return true;
	size_t count = sizeof(passing_files) / sizeof(passing_files[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(path, passing_files[i]))
			return true;
	}
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
	       !S_ISDIR(status.st_mode);
}

/*
 * True if the command only tests the compiler, and keeps no object. One of several
 * sources that does not stay cannot be compiled again, so it is not recorded.
 */
static bool is_probe(struct compile_command *command)
{
	size_t passing = 0;
	for (size_t i = 0; i < command->source_count; i++) {
		struct compile_source *source = &command->sources[i];
		if (is_passing(source->path)) {
			source->is_c = false;
			passing++;
		}
	}
	return passing == command->source_count ||
	       (command->output && is_passing(command->output));
}

static bool has_c_source(const struct compile_command *command)
{
	for (size_t i = 0; i < command->source_count; i++) {
		if (command->sources[i].is_c)
			return true;
	}
	return false;
}

void compile_command_read(
	const struct argument_list *arguments, struct compile_command *command)
{
	struct compile_options options = {0};
	compile_command_scan(arguments, command, &options);
	if (!options.compiles || options.stops || !command->source_count ||
		is_probe(command)) {
		command->kind = COMPILE_OTHER;
	} else if (!has_c_source(command)) {
		command->kind = COMPILE_FOREIGN;
	} else if (options.is_lto) {
		command->kind = COMPILE_UNRECORDED;
		command->reason = "lto";
	} else {
		command->kind =
			command->source_count > 1 ? COMPILE_SEVERAL : COMPILE_OBJECT;
	}
}

char *compile_command_get_object(
	const struct compile_command *command, const struct compile_source *source)
{
	if (command->output)
		return memory_copy_text(command->output);
	const char *name = file_name(source->path);
	const char *dot = strrchr(name, '.');
	size_t stem = dot ? (size_t)(dot - name) : strlen(name);
	return memory_format("%.*s.o", (int)stem, name);
}

void compile_command_select(const struct compile_command *command,
	const struct argument_list *arguments, const struct compile_source *source,
	struct argument_list *part)
{
	const struct compile_source *next = command->sources;
	const struct compile_source *end = next + command->source_count;
	for (size_t i = 0; i < arguments->count; i++) {
		bool is_source = next < end && next->index == i;
		if (!is_source || next == source)
			argument_list_add(part, arguments->items[i]);
		next += is_source;
	}
}

void compile_command_deinit(struct compile_command *command)
{
	free(command->sources);
	*command = (struct compile_command){0};
}
