// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/compile.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "abi/shadow_list.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/record_relocation.h"
#include "lib/cleanup.h"
#include "lib/compiler_version.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

enum { JOBS_MOST = 4 };

/* Where ksplice.h is, for patched sources, and what tells them that it is there. */
#define KSPLICE_AUTHOR_FOLDER "author"
#define KSPLICE_AUTHOR_MACRO "KSPLICE"

/* Options of the recorded command that would write into the user's tree, or that cost
 * time and change no code (GCC's own promise for -g, checked by -fcompare-debug). */
static const struct dropped_option {
	const char *name;
	bool is_prefix;
	bool has_argument; /* the next word belongs to it */
} dropped_options[] = {
	{"-o", false, true},
	{"-o", true, false},
	{"-MF", false, true},
	{"-MT", false, true},
	{"-MQ", false, true},
	{"-MF", true, false},
	{"-MT", true, false},
	{"-MQ", true, false},
	{"-MD", false, false},
	{"-MMD", false, false},
	{"-MP", false, false},
	{"-M", false, false},
	{"-MM", false, false},
	{"-MG", false, false},
	{"-Wp,-M", true, false},
	{"-g", true, false},
	{"-save-temps", true, false},
};

struct argument_array {
	char **items;
	size_t count;
	size_t capacity;
};

static void arguments_add(struct argument_array *arguments, char *text)
{
	*array_add(arguments) = text;
}

static void arguments_free(struct argument_array *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->items[i]);
	free(arguments->items);
	*arguments = (struct argument_array){0};
}

static const struct dropped_option *option_find_dropped(const char *word)
{
	size_t count = sizeof(dropped_options) / sizeof(dropped_options[0]);
	for (size_t i = 0; i < count; i++) {
		const struct dropped_option *option = &dropped_options[i];
		if (option->is_prefix ? text_has_prefix(word, option->name)
				      : strcmp(word, option->name) == 0)
			return option;
	}
	return NULL;
}

bool compile_drops_option(const char *word, bool *has_argument)
{
	const struct dropped_option *option = option_find_dropped(word);
	*has_argument = option && option->has_argument;
	return option;
}

static struct error *compile_make_arguments(
	const struct compile_job *job, struct argument_array *arguments)
{
	const struct record *record = job->record;
	size_t count = json_count_items(record->arguments);
	arguments_add(arguments, memory_copy_text(record->compiler));
	bool has_source = false;
	for (size_t i = 1; i < count; i++) {
		const char *word = json_find_item_text(record->arguments, i);
		bool has_argument;
		if (compile_drops_option(word, &has_argument)) {
			i += has_argument;
		} else if (strcmp(word, record->source) == 0) {
			has_source = true;
		} else if (job->is_screening && strcmp(word, "-c") == 0) {
			arguments_add(arguments, memory_copy_text("-S"));
		} else {
			arguments_add(arguments, memory_copy_text(word));
		}
	}
	if (!has_source)
		return error_failed(
			"%s: the recorded command does not name its source %s",
			record->object, record->source);
	scope_free char *name = memory_format(
		KSPLICE_PLUGIN_NAME, compiler_version_ask(record->compiler));
	scope_free char *plugin = install_path_find(name);
	if (!file_exists(plugin))
		return error_hint(error_failed("%s: does not exist", plugin),
			"Ksplice was built without a plugin for this compiler: %s",
			record->compiler_version);
	arguments_add(arguments, memory_copy_text("-g0"));
	if (!job->is_built) {
		arguments_add(arguments, memory_copy_text("-ffunction-sections"));
		arguments_add(arguments, memory_copy_text("-fdata-sections"));
	}
	if (job->shadow) {
		scope_free char *folder = install_path_find(KSPLICE_AUTHOR_FOLDER);
		arguments_add(arguments, memory_copy_text("-D" KSPLICE_AUTHOR_MACRO));
		arguments_add(arguments, memory_format("-I%s", folder));
	}
	arguments_add(arguments, memory_format("-fplugin=%s", plugin));
	arguments_add(arguments, memory_copy_text("-o"));
	arguments_add(arguments, memory_copy_text(job->object));
	arguments_add(arguments, memory_copy_text(record->source));
	arguments_add(arguments, NULL);
	return NULL;
}

struct error *compile_check_compiler(const struct record *record)
{
	scope_text struct text output = {0};
	const char *const arguments[] = {record->compiler, "--version", NULL};
	struct process_request request = {.arguments = arguments, .output = &output};
	int status;
	struct error *error = process_run(&request, &status);
	if (error && process_interruption())
		return error;
	if (error)
		return error_hint(
			error_prefix(error,
				"the compiler that built the kernel cannot be run"),
			"install the compiler again: %s", record->compiler_version);
	scope_free char *version = memory_copy_range(output.data ? output.data : "",
		strcspn(output.data ? output.data : "", "\n"));
	if (strcmp(version, record->compiler_version) == 0)
		return NULL;
	return error_hint(error_refused("other-compiler",
				  "%s: is '%s', but the kernel was built by '%s'",
				  record->compiler, version, record->compiler_version),
		"install that version of the compiler, or build and boot the kernel again");
}

/* objtool's command for the object, as kbuild ran it after the compiler: the part of
 * the saved command from the word that names objtool, without the object. */
static struct error *objtool_find(const struct kernel_tree *tree, const char *object,
	struct argument_array *arguments)
{
	scope_free char *folder = file_parent(object);
	scope_free char *path =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(object));
	scope_text struct text text = {0};
	try(file_read(path, &text));
	scope_free char *line = memory_copy_range(text.data, strcspn(text.data, "\n"));
	const char *tool = strstr(line, "/objtool ");
	if (!tool)
		return NULL;
	while (tool > line && tool[-1] != ' ')
		tool--;
	scope_free char *command = memory_copy_range(tool, strcspn(tool, ";"));
	bool has_object = false;
	char *rest = NULL;
	for (char *word = strtok_r(command, " \t", &rest); word;
		word = strtok_r(NULL, " \t", &rest)) {
		if (strpbrk(word, "'\"\\$`"))
			return error_refused("objtool-command",
				"%s: objtool's command has quotes, which are not "
				"supported",
				path);
		if (strcmp(word, object) == 0)
			has_object = true;
		else
			arguments_add(arguments,
				relocation_map_word(tree, tree->built_objects, word));
	}
	if (!has_object)
		return error_refused("objtool-command",
			"%s: objtool's command does not name its object %s", path,
			object);
	return NULL;
}

/* With IBT or LTO, objtool runs once on all of vmlinux and leaves no trace here. */
static struct error *objtool_check_mode(const struct kernel_tree *tree)
{
	static const char *const symbols[] = {"CONFIG_X86_KERNEL_IBT", "CONFIG_LTO"};
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		scope_free char *value = kernel_tree_find_config(tree, symbols[i]);
		if (value)
			return error_refused("unsupported-configuration",
				"%s: %s is set, so objtool processes vmlinux as a whole; "
				"this is not supported yet",
				tree->objects, symbols[i]);
	}
	return NULL;
}

enum { ENVIRONMENT_MOST = 8 };

/* What one compiler gets to know; everything in it is owned. */
struct compile_environment {
	char *items[ENVIRONMENT_MOST + 1];
	size_t count;
};

static void environment_add(
	struct compile_environment *environment, const char *name, const char *value)
{
	environment->items[environment->count++] = memory_format("%s=%s", name, value);
}

static void environment_free(struct compile_environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		free(environment->items[i]);
}

struct error *shadow_environment_make(
	const char *list, const char *log, struct shadow_environment *environment)
{
	scope_free char *library = install_path_find(KSPLICE_SHADOW_LIBRARY);
	if (!file_exists(library))
		return error_hint(error_failed("%s: does not exist", library),
			"install Ksplice again");
	const char *before = getenv("LD_PRELOAD");
	*environment = (struct shadow_environment){{
		memory_format("LD_PRELOAD=%s%s%s", library, before && *before ? ":" : "",
			before ? before : ""),
		memory_format("%s=%s", KSPLICE_ENV_SHADOW, list),
		memory_format("%s=%s", KSPLICE_ENV_SHADOW_LOG, log),
	}};
	return NULL;
}

void shadow_environment_deinit(struct shadow_environment *environment)
{
	for (char **item = environment->items; *item; item++)
		free(*item);
	*environment = (struct shadow_environment){0};
}

static struct error *environment_make(
	const struct compile_job *job, struct compile_environment *environment)
{
	/* The compiler's own temporary files go away with ours. */
	scope_free char *folder = file_parent(job->object);
	environment_add(environment, KSPLICE_ENV_UNIT, job->unit);
	environment_add(environment, "LC_ALL", "C");
	environment_add(environment, "TMPDIR", folder);
	/* Costs a hundredth of the compile. */
	if (!job->is_screening)
		environment_add(environment, KSPLICE_ENV_LAYOUTS, "1");
	if (!job->is_built)
		environment_add(environment, KSPLICE_ENV_SPLIT, "1");
	if (!job->shadow)
		return NULL;
	struct shadow_environment shadow;
	try(shadow_environment_make(job->shadow, job->log, &shadow));
	for (char **item = shadow.items; *item; item++)
		environment->items[environment->count++] = *item;
	return NULL;
}

static struct error *compile_run_compilers(
	struct compile_job *jobs, const struct argument_array *arguments, unsigned count)
{
	struct process_request requests[JOBS_MOST] = {0};
	struct text errors[JOBS_MOST] = {0};
	struct compile_environment environments[JOBS_MOST] = {0};
	int statuses[JOBS_MOST] = {0};
	struct error *error = NULL;
	for (unsigned i = 0; i < count && !error; i++) {
		error = environment_make(&jobs[i], &environments[i]);
		requests[i] = (struct process_request){
			.arguments = (const char *const *)arguments[i].items,
			.folder = jobs[i].record->folder,
			.environment = (const char *const *)environments[i].items,
			.errors = &errors[i],
		};
	}
	if (!error)
		error = process_run_all(requests, count, statuses);
	for (unsigned i = 0; i < count; i++) {
		jobs[i].status = statuses[i];
		if (jobs[i].messages && errors[i].size)
			text_add_range(jobs[i].messages, errors[i].data, errors[i].size);
		if (!error && statuses[i])
			error = error_failed("%s: does not compile (exit code %d):\n%s",
				jobs[i].shadow ? "the patched source"
					       : "the unpatched source",
				statuses[i], errors[i].data ? errors[i].data : "");
		text_deinit(&errors[i]);
		environment_free(&environments[i]);
	}
	return error;
}

struct error *compile_run_objtool(const struct kernel_tree *tree, const char *object,
	const char *const *made, unsigned count)
{
	struct argument_array command = {0};
	struct process_request requests[JOBS_MOST] = {0};
	struct text output[JOBS_MOST] = {0};
	const char **arguments[JOBS_MOST] = {0};
	int statuses[JOBS_MOST] = {0};
	struct error *error = objtool_find(tree, object, &command);
	if (error || !command.count) {
		arguments_free(&command);
		return error;
	}
	for (unsigned i = 0; i < count; i++) {
		arguments[i] = memory_allocate((command.count + 2) * sizeof(char *));
		memcpy(arguments[i], command.items, command.count * sizeof(char *));
		arguments[i][command.count] = made[i];
		requests[i] = (struct process_request){
			.arguments = arguments[i],
			.folder = tree->objects,
			.output = &output[i],
			.errors = &output[i],
		};
	}
	error = process_run_all(requests, count, statuses);
	if (error && !process_interruption())
		error = error_hint(error, "objtool is made by the kernel's build: run "
					  "\"make prepare\" in the object tree");
	for (unsigned i = 0; i < count; i++) {
		if (!error && statuses[i])
			error = error_failed("objtool: %s: exit code %d:\n%s", object,
				statuses[i], output[i].data ? output[i].data : "");
		text_deinit(&output[i]);
		free(arguments[i]);
	}
	arguments_free(&command);
	return error;
}

struct error *compile_run(const struct kernel_tree *tree, const char *object,
	struct compile_job *jobs, unsigned count)
{
	struct argument_array arguments[JOBS_MOST] = {0};
	struct error *error = objtool_check_mode(tree);
	if (!error && count > JOBS_MOST)
		error = error_failed("more than %d compiles at a time", JOBS_MOST);
	for (unsigned i = 0; i < count && !error; i++) {
		error = file_make_parent(jobs[i].object);
		if (!error)
			error = compile_make_arguments(&jobs[i], &arguments[i]);
	}
	if (!error)
		error = compile_run_compilers(jobs, arguments, count);
	for (unsigned i = 0; i < count && i < JOBS_MOST; i++)
		arguments_free(&arguments[i]);
	const char *made[JOBS_MOST] = {0};
	for (unsigned i = 0; i < count && i < JOBS_MOST; i++)
		made[i] = jobs[i].object;
	if (!error && !jobs[0].is_screening)
		error = compile_run_objtool(tree, object, made, count);
	return error ? error_prefix(error, "%s", object) : NULL;
}
