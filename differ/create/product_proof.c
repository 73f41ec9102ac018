// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/product_proof.h"

#include <fnmatch.h>
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
	struct product_claim *claims;
	struct product_command *commands;
	struct error **errors;
};

struct product_command {
	array_of(char *) words; /* NULL-terminated, owned */
	char *output;           /* where the product goes */
	bool is_compile;        /* it may be run */
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

/* What runs a compile, by its name. Another program may write where it likes. */
static bool word_is_compiler(const char *word)
{
	static const char *const patterns[] = {"gcc", "gcc-[0-9]*", "*-gcc",
		"*-gcc-[0-9]*", "cc", "clang", "clang-[0-9]*", "ccache", "ksplice-cc"};
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		if (fnmatch(patterns[i], file_name(word), 0) == 0)
			return true;
	}
	return false;
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
	else if (words->we_wordc && word_is_compiler(words->we_wordv[0]))
		command_add(command, memory_copy_text(words->we_wordv[first++]));
	else
		return false;
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
static bool claim_is_tried(const struct product_proving *proving,
	const struct product_claim *claim, const char *log)
{
	scope_free char *original = file_join(proving->tree->source, claim->path);
	return shadow_was_there(log) &&
	       (claim->is_indirect || shadow_has_opened(log, original));
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
			 claim_is_tried(proving, claim, log);
	return NULL;
}

static void claim_run(size_t i, void *context)
{
	struct product_proving *proving = context;
	if (!process_interruption() && proving->commands[i].is_compile)
		proving->errors[i] =
			claim_prove(proving, &proving->commands[i], &proving->claims[i]);
}

struct error *product_proof_run(const struct kernel_tree *tree, const char *shadow,
	const char *work, struct product_claim *claims, size_t count)
{
	struct product_proving proving = {.tree = tree,
		.shadow = shadow,
		.claims = claims,
		.commands = memory_allocate((count + 1) * sizeof(struct product_command)),
		.errors = memory_allocate((count + 1) * sizeof(struct error *))};
	struct error *error = NULL;
	/* Before any thread: wordexp(3) is not for several at a time. */
	for (size_t i = 0; i < count; i++) {
		struct product_command *command = &proving.commands[i];
		command->output = memory_format(
			"%s/product-%zu/%s", work, i, file_name(claims[i].product));
		command->is_compile = command_make(tree, claims[i].product, command);
	}
	parallel_run(count, claim_run, &proving);
	for (size_t i = 0; i < count; i++) {
		command_deinit(&proving.commands[i]);
		if (!error)
			error = proving.errors[i];
		else
			error_free(proving.errors[i]);
	}
	free(proving.commands);
	free(proving.errors);
	if (!error && process_interruption())
		error = process_interrupted();
	return error;
}
