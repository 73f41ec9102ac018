// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/product_proof.h"

#include <stdlib.h>
#include <string.h>
#include <wordexp.h>

#include "differ/create/shadow.h"
#include "differ/tree/build_command.h"
#include "differ/tree/compile.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/record_relocation.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/parallel.h"
#include "lib/process.h"
#include "lib/text.h"

struct product_proving {
	const struct kernel_tree *tree;
	const char *shadow;
	const char *work;
	struct product_claim *claims;
	struct error **errors;
};

struct product_command {
	array_of(char *) words; /* NULL-terminated, owned */
	char *output;           /* where the product goes */
};

static void command_deinit(struct product_command *command)
{
	array_foreach (word, &command->words)
		free(*word);
	free(command->words.items);
	free(command->output);
}

static void command_add(struct product_command *command, char *word)
{
	*array_add(&command->words) = word;
}

static bool word_is_source(const char *word)
{
	return word[0] != '-' &&
	       (text_has_suffix(word, ".c") || text_has_suffix(word, ".S"));
}

/* The words of a compile, to be run with another output; false: it is none, or it has
 * words that could mean anything. */
static bool command_fill(const struct kernel_tree *tree, const wordexp_t *words,
	struct product_command *command)
{
	bool has_source = false;
	size_t first = 0;
	/* Without the wrapper's name its options stand in front. */
	if (words->we_wordc && words->we_wordv[0][0] == '-')
		command_add(command, install_path_find_program("ksplice-cc"));
	else if (words->we_wordc)
		command_add(command, memory_copy_text(words->we_wordv[first++]));
	for (size_t i = first; i < words->we_wordc; i++) {
		const char *word = words->we_wordv[i];
		bool has_argument;
		if (word[0] == '@')
			return false;
		if (compile_drops_option(word, &has_argument)) {
			i += has_argument;
			continue;
		}
		/* Quotes the source in comments. */
		if (strcmp(word, "-fverbose-asm") == 0)
			continue;
		has_source |= word_is_source(word);
		command_add(
			command, relocation_map_word(tree, tree->built_objects, word));
	}
	command_add(command, memory_copy_text("-g0"));
	command_add(command, memory_copy_text("-o"));
	command_add(command, memory_copy_text(command->output));
	*array_add(&command->words) = NULL;
	return has_source;
}

static bool command_make(const struct kernel_tree *tree, const char *product,
	struct product_command *command)
{
	scope_free char *text = NULL;
	wordexp_t words;
	struct error *unknown = build_command_read(tree, product, &text);
	error_free(unknown);
	if (unknown || wordexp(text, &words, WRDE_NOCMD | WRDE_UNDEF))
		return false;
	bool is_compile = command_fill(tree, &words, command);
	wordfree(&words);
	return is_compile;
}

/* shadow: NULL for what the build made. content stays empty where that does not work. */
static struct error *command_run(const struct kernel_tree *tree,
	const struct product_command *command, const char *shadow, struct text *content)
{
	scope_text struct text said = {0};
	struct shadow_environment environment = {0};
	int status;
	if (shadow) {
		scope_free char *list = shadow_find_list(shadow, SHADOW_MARKED);
		scope_free char *log = memory_format("%s.log", command->output);
		try(shadow_environment_make(list, log, &environment));
	}
	struct process_request request = {
		.arguments = (const char *const *)command->words.items,
		.folder = tree->objects,
		.environment = (const char *const *)environment.items,
		.output = &said,
		.errors = &said,
	};
	struct error *error = process_run(&request, &status);
	shadow_environment_deinit(&environment);
	if (!error && !status && file_exists(command->output))
		error = file_read(command->output, content);
	return error;
}

/* Did the second run open the patched file at all? A compiler that is linked statically
 * would read the original again, and come to the same result. */
static bool log_has_path(
	const struct kernel_tree *tree, const char *log, const char *path)
{
	scope_text struct text opened = {0};
	scope_free char *original = file_join(tree->source, path);
	struct error *error = file_read(log, &opened);
	error_free(error);
	for (size_t at = 0; !error && at < opened.size;
		at += strlen(opened.data + at) + 1) {
		if (strcmp(opened.data + at, original) == 0)
			return true;
	}
	return false;
}

static struct error *claim_prove(const struct product_proving *proving,
	const struct product_command *command, struct product_claim *claim)
{
	scope_text struct text before = {0};
	scope_text struct text after = {0};
	scope_free char *log = memory_format("%s.log", command->output);
	/* The same name for both, because some outputs have it in them. */
	try(file_make_parent(command->output));
	try(command_run(proving->tree, command, NULL, &before));
	if (!before.size)
		return NULL;
	try(file_remove(command->output));
	try(command_run(proving->tree, command, proving->shadow, &after));
	claim->is_same = before.size == after.size &&
			 memcmp(before.data, after.data, after.size) == 0 &&
			 log_has_path(proving->tree, log, claim->path);
	return NULL;
}

static void claim_run(size_t i, void *context)
{
	struct product_proving *proving = context;
	struct product_claim *claim = &proving->claims[i];
	struct product_command command = {
		.output = memory_format(
			"%s/product-%zu/%s", proving->work, i, file_name(claim->product)),
	};
	if (!process_interruption() &&
		command_make(proving->tree, claim->product, &command))
		proving->errors[i] = claim_prove(proving, &command, claim);
	command_deinit(&command);
}

struct error *product_proof_run(const struct kernel_tree *tree, const char *shadow,
	const char *work, struct product_claim *claims, size_t count)
{
	struct product_proving proving = {.tree = tree,
		.shadow = shadow,
		.work = work,
		.claims = claims,
		.errors = memory_allocate((count + 1) * sizeof(struct error *))};
	struct error *error = NULL;
	parallel_run(count, claim_run, &proving);
	for (size_t i = 0; i < count; i++) {
		if (!error)
			error = proving.errors[i];
		else
			error_free(proving.errors[i]);
	}
	free(proving.errors);
	if (!error && process_interruption())
		error = process_interrupted();
	return error;
}
