// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/record_relocation.h"

#include <stdlib.h>
#include <string.h>

#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Options to which a path is joined without a sign between; the longer ones first. */
static const char *const joined_options[] = {
	"-idirafter",
	"-imacros",
	"-include",
	"-iprefix",
	"-iquote",
	"-isystem",
	"-I",
	"-B",
};

/* Between the parts of a word: -Wp,-MMD,path and -fmacro-prefix-map=old=new. A quoted
 * part is a string of the program, and stays. */
static const char separators[] = "=,";

/* The path's new place, or NULL where it stays. Only its text is looked at. */
static char *path_find_moved(
	const struct kernel_tree *tree, const char *folder, const char *path)
{
	/* From the folder of the build; the object tree may be inside the source tree. */
	const struct {
		const char *from;
		const char *to;
		bool is_reached; /* by relative paths: the folder moved along */
	} roots[] = {
		{tree->built_objects, tree->objects, true},
		{tree->built_source, tree->source, false},
	};
	bool is_relative = path[0] != '/';
	if (is_relative && strncmp(path, "..", 2) != 0 && !strstr(path, "/.."))
		return NULL;
	scope_free char *normal = file_normalize(folder, path);
	const char *slash = text_has_suffix(path, "/") ? "/" : "";
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		const char *rest = "";
		bool is_root = strcmp(normal, roots[i].from) == 0;
		if (!is_root && !file_is_below(roots[i].from, normal, &rest))
			continue;
		if (is_relative && roots[i].is_reached)
			return NULL;
		return memory_format(
			"%s%s%s%s", roots[i].to, is_root ? "" : "/", rest, slash);
	}
	return NULL;
}

static size_t word_find_option(const char *word)
{
	for (size_t i = 0; i < sizeof(joined_options) / sizeof(joined_options[0]); i++) {
		if (text_has_prefix(word, joined_options[i]))
			return strlen(joined_options[i]);
	}
	return 0;
}

char *relocation_map_word(
	const struct kernel_tree *tree, const char *folder, const char *word)
{
	scope_text struct text mapped = {0};
	size_t start = word_find_option(word);
	text_add_range(&mapped, word, start);
	for (const char *at = word + start;;) {
		size_t length = strcspn(at, separators);
		scope_free char *part = memory_copy_range(at, length);
		scope_free char *moved = path_find_moved(tree, folder, part);
		text_add(&mapped, moved ? moved : part);
		at += length;
		if (!*at)
			break;
		text_add_range(&mapped, at++, 1);
	}
	return memory_copy_text(mapped.data ? mapped.data : "");
}

/* How the build spelled the root of the source tree: as its source begins. */
static char *record_find_spelled_source(
	const struct kernel_tree *tree, const struct record *record)
{
	scope_free char *source = file_normalize(record->folder, record->source);
	const char *rest;
	if (file_is_below(tree->built_source, source, &rest) &&
		text_has_suffix(record->source, rest))
		return memory_copy_range(
			record->source, strlen(record->source) - strlen(rest));
	return memory_format("%s/", tree->built_source);
}

static void array_add_text(struct json_t *array, char *text)
{
	json_append_text(array, text);
	free(text);
}

/* Where the recorded command maps no names, __FILE__ spells the old ones. Of several
 * mappings GCC uses the last that fits, so the recorded ones win over these. */
static void arguments_add_names(const struct kernel_tree *tree,
	const struct record *record, struct json_t *arguments)
{
	scope_free char *spelled = record_find_spelled_source(tree, record);
	array_add_text(arguments,
		memory_format("-fmacro-prefix-map=%s/=%s", tree->source, spelled));
	array_add_text(arguments, memory_format("-fmacro-prefix-map=%s/=%s/",
					  tree->objects, tree->built_objects));
}

void record_relocate(const struct kernel_tree *tree, struct record *record)
{
	if (!kernel_tree_is_moved(tree))
		return;
	struct json_t *relocated = json_make_object();
	struct json_t *arguments = json_make_array();
	struct json_t *inputs = json_make_array();
	size_t count = json_count_items(record->arguments);
	for (size_t i = 0; i < count; i++) {
		const char *word = json_find_item_text(record->arguments, i);
		array_add_text(
			arguments, relocation_map_word(tree, record->folder, word));
		if (!i)
			arguments_add_names(tree, record, arguments);
	}
	count = json_count_items(record->inputs);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_find_item_text(record->inputs, i);
		char *moved = path_find_moved(tree, record->folder, name);
		array_add_text(inputs, moved ? moved : memory_copy_text(name));
	}
	scope_free char *source =
		relocation_map_word(tree, record->folder, record->source);
	scope_free char *folder = path_find_moved(tree, "/", record->folder);
	json_put_text(relocated, "source", source);
	json_put_text(relocated, "cwd", folder ? folder : record->folder);
	json_put(relocated, "argv", arguments);
	json_put(relocated, "inputs", inputs);
	/* The record owns what its fields point to. */
	json_put(record->json, "relocated", relocated);
	record->source = json_find_text(relocated, "source");
	record->folder = json_find_text(relocated, "cwd");
	record->arguments = arguments;
	record->inputs = inputs;
}
