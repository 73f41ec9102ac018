// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/config_proof.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/shadow.h"
#include "differ/tree/compile.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

struct word_array {
	char **items;
	size_t count;
	size_t capacity;
};

static void words_deinit(struct word_array *words)
{
	array_foreach (word, words)
		free(*word);
	free(words->items);
}

#define scope_words __attribute__((cleanup(words_deinit)))

/* The variables of the environment that Kconfig files used, with their values: lines
 * ifneq "$(NAME)" "VALUE". */
static struct error *read_environment(
	const struct kernel_tree *tree, struct word_array *environment)
{
	static const char start[] = "ifneq \"$(";
	static const char middle[] = ")\" \"";
	scope_free char *path = file_join(tree->objects, "include/config/auto.conf.cmd");
	scope_text struct text text = {0};
	try(file_read(path, &text));
	for (const char *line = text.data; line && (line = strstr(line, start));) {
		const char *name = line + strlen(start);
		size_t length = strcspn(name, "\n");
		scope_free char *rest = memory_copy_range(name, length);
		char *value = strstr(rest, middle);
		line = name + length;
		if (!value || !text_has_suffix(rest, "\""))
			return error_failed("%s: unexpected line: %s", path, rest);
		*value = '\0';
		value += strlen(middle);
		value[strlen(value) - 1] = '\0';
		if (strcmp(rest, "srctree") != 0)
			*array_add(environment) = memory_format("%s=%s", rest, value);
	}
	*array_add(environment) = memory_format("srctree=%s", tree->source);
	*array_add(environment) = memory_copy_text("LC_ALL=C");
	return NULL;
}

static int compare_words(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The option without the quotes around its value, which auto.conf lacks. */
static char *option_copy(const char *line, size_t length)
{
	const char *value = memchr(line, '=', length);
	if (!value || length < (size_t)(value + 3 - line) || value[1] != '"' ||
		line[length - 1] != '"')
		return memory_copy_range(line, length);
	return memory_format("%.*s%.*s", (int)(value + 1 - line), line,
		(int)(line + length - 3 - value), value + 2);
}

/* The options that have a value, in the order of their names. */
static struct error *read_options(const char *path, struct word_array *options)
{
	scope_text struct text text = {0};
	try(file_read(path, &text));
	for (const char *line = text.data; line && *line;) {
		size_t length = strcspn(line, "\n");
		if (text_has_prefix(line, "CONFIG_"))
			*array_add(options) = option_copy(line, length);
		line += length + (line[length] == '\n');
	}
	if (options->count)
		qsort(options->items, options->count, sizeof(*options->items),
			compare_words);
	return NULL;
}

/* The first line that only one of them has; NULL if there is none. */
static const char *find_difference(
	const struct word_array *left, const struct word_array *right)
{
	size_t i = 0;
	while (i < left->count && i < right->count &&
		strcmp(left->items[i], right->items[i]) == 0)
		i++;
	if (i == left->count)
		return i < right->count ? right->items[i] : NULL;
	if (i == right->count)
		return left->items[i];
	return strcmp(left->items[i], right->items[i]) < 0 ? left->items[i]
							   : right->items[i];
}

/* Completes the configuration at path. list and log: see shadow_environment_make; list is
 * NULL for the Kconfig files as they are. */
static struct error *run_conf(const struct kernel_tree *tree, const char *path,
	const char *list, const char *log, const struct word_array *environment,
	bool *is_done)
{
	scope_free char *program = file_join(tree->objects, "scripts/kconfig/conf");
	scope_free char *folder = file_parent(path);
	scope_free char *config = memory_format("KCONFIG_CONFIG=%s", path);
	scope_text struct text said = {0};
	struct shadow_environment shadow = {0};
	int status = 1;
	if (list)
		try(shadow_environment_make(list, log, &shadow));
	array_of(const char *) all = {0};
	array_foreach (word, environment)
		*array_add(&all) = *word;
	for (char **word = shadow.items; *word; word++)
		*array_add(&all) = *word;
	*array_add(&all) = config;
	*array_add(&all) = NULL;
	const char *const arguments[] = {
		program, "--silent", "--olddefconfig", "Kconfig", NULL};
	struct process_request request = {.arguments = arguments,
		.folder = folder,
		.environment = all.items,
		.output = &said,
		.errors = &said};
	struct error *error = process_run(&request, &status);
	free(all.items);
	shadow_environment_deinit(&shadow);
	if (error && !process_interruption()) {
		error_free(error);
		error = NULL;
	}
	*is_done = !error && !status;
	return error;
}

/* The patched files, and one more that shows whether the program opened other files at
 * all: it reads the configuration from before instead of after. */
static struct error *write_list(
	const char *shadow, const char *before, const char *after, const char *path)
{
	scope_text struct text list = {0};
	scope_free char *files = shadow_find_list(shadow, SHADOW_APPLIED);
	try(file_read(files, &list));
	text_add_range(&list, after, strlen(after) + 1);
	text_add_range(&list, before, strlen(before) + 1);
	return file_write(path, list.data, list.size);
}

static struct error *log_has(const char *log, const char *path, bool *has)
{
	scope_text struct text text = {0};
	*has = false;
	if (!file_exists(log))
		return NULL;
	try(file_read(log, &text));
	for (size_t at = 0; at < text.size; at += strlen(text.data + at) + 1)
		*has |= strcmp(text.data + at, path) == 0;
	return NULL;
}

static struct error *run_patched(const struct kernel_tree *tree, const char *shadow,
	const char *before, const char *after, const struct word_array *environment,
	bool *is_done)
{
	scope_free char *folder = file_parent(after);
	scope_free char *list = file_join(folder, "list");
	scope_free char *log = file_join(folder, "log");
	bool has_opened;
	try(write_list(shadow, before, after, list));
	try(run_conf(tree, after, list, log, environment, is_done));
	try(log_has(log, after, &has_opened));
	*is_done &= has_opened;
	return NULL;
}

static struct error *config_compare(const struct kernel_tree *tree, const char *shadow,
	const char *folder, char **obstacle)
{
	static const char unknown[] =
		"scripts/kconfig/conf of the object tree does not give the configuration "
		"that the kernel was built with";
	const char *different;
	scope_words struct word_array environment = {0};
	scope_words struct word_array built = {0};
	scope_words struct word_array before = {0};
	scope_words struct word_array after = {0};
	scope_text struct text config = {0};
	scope_free char *config_path = file_join(tree->objects, ".config");
	scope_free char *built_path =
		file_join(tree->objects, "include/config/auto.conf");
	scope_free char *before_path = file_join(folder, "before");
	scope_free char *after_path = file_join(folder, "after");
	bool is_done;
	try(read_environment(tree, &environment));
	try(file_read(config_path, &config));
	try(file_write(before_path, config.data, config.size));
	try(file_write(after_path, config.data, config.size));
	try(read_options(built_path, &built));
	try(run_conf(tree, before_path, NULL, NULL, &environment, &is_done));
	try(read_options(before_path, &before));
	if (!is_done || !built.count) {
		*obstacle = memory_copy_text(unknown);
		return NULL;
	}
	/* Options get values from programs, too, and these come and go. */
	different = find_difference(&built, &before);
	if (different) {
		*obstacle = memory_format("%s: %.*s has another value now", unknown,
			(int)strcspn(different, "="), different);
		return NULL;
	}
	try(run_patched(tree, shadow, before_path, after_path, &environment, &is_done));
	try(read_options(after_path, &after));
	different = find_difference(&before, &after);
	if (!is_done)
		*obstacle = memory_copy_text(
			"scripts/kconfig/conf cannot read the patched files");
	else
		*obstacle = different ? memory_format("%.*s becomes another value",
						(int)strcspn(different, "="), different)
				      : NULL;
	return NULL;
}

struct error *config_proof_run(const struct kernel_tree *tree, const char *shadow,
	const char *work, char **obstacle)
{
	scope_free char *folder = file_join(work, "config");
	char *found = NULL;
	try(file_make_folder(folder));
	struct error *error = config_compare(tree, shadow, folder, &found);
	if (error && process_interruption())
		return error;
	/* A seal, for example, lacks these files. */
	if (error)
		found = memory_copy_text(error_get_text(error));
	error_free(error);
	*obstacle = found;
	return NULL;
}
