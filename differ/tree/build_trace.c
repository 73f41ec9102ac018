// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/build_trace.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "abi/seal.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/record_rule.h"
#include "lib/text.h"

static const char command_suffix[] = ".cmd";
static const char key_made_from[] = "made_from";

/* What kbuild makes from objects alone, or from lists; their commands name thousands. */
static const char *const skipped_endings[] = {
	".a", ".ko", ".mod", ".order", ".symvers", "modules.builtin"};

/* Folders of an object tree in which kbuild makes nothing. */
static const char *const skipped_folders[] = {KSPLICE_RECORD_DIR, ".git"};

struct tracing {
	const struct kernel_tree *tree;
	build_trace_is_recorded *is_recorded;
	void *context;
	const char *const *wanted;
	size_t count;
	size_t commands; /* .cmd files seen, also those that were not read */
	struct build_trace trace;
	struct name_map numbers; /* of the trace's items, by file (and product) */
};

static bool product_is_skipped(const struct tracing *tracing, const char *product)
{
	size_t count = sizeof(skipped_endings) / sizeof(skipped_endings[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_suffix(product, skipped_endings[i]))
			return true;
	}
	return tracing->is_recorded(product, tracing->context);
}

/* "source:Kconfig" has no slash. */
static const char *related_find_name(const char *related)
{
	const char *name = file_name(related);
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static bool file_is_meant(const char *wanted, const char *related)
{
	return text_has_prefix(wanted, BUILD_TRACE_NAME)
		       ? strcmp(wanted + strlen(BUILD_TRACE_NAME),
				 related_find_name(related)) == 0
		       : strcmp(wanted, related) == 0;
}

bool build_trace_is_past(const char *product)
{
	const char *name = record_rule_find_name(product);
	return name && (strcmp(name, "boot-code") == 0 || strcmp(name, "efi-stub") == 0);
}

/* One that still counts goes before one that is past, then the first by name. */
static int product_compare(const char *left, const char *right)
{
	bool is_past = build_trace_is_past(left);
	if (is_past != build_trace_is_past(right))
		return is_past ? 1 : -1;
	return strcmp(left, right);
}

static void tracing_keep(
	struct tracing *tracing, const char *related, const char *product)
{
	int64_t number;
	/* Of a file that somebody asks for, each product counts. */
	scope_free char *key = tracing->wanted ? memory_format("%s\n%s", related, product)
					       : memory_copy_text(related);
	if (!name_map_find(&tracing->numbers, key, &number)) {
		name_map_set(&tracing->numbers, key, (int64_t)tracing->trace.count);
		*array_add(&tracing->trace) = (struct traced_file){
			memory_copy_text(related), memory_copy_text(product)};
		return;
	}
	struct traced_file *known = &tracing->trace.items[number];
	if (product_compare(product, known->product) >= 0)
		return;
	free(known->product);
	known->product = memory_copy_text(product);
}

static void tracing_add(struct tracing *tracing, const char *related, const char *product)
{
	if (!tracing->wanted && text_has_prefix(related, "source:"))
		tracing_keep(tracing, related, product);
	for (size_t i = 0; tracing->wanted && i < tracing->count; i++) {
		if (file_is_meant(tracing->wanted[i], related))
			tracing_keep(tracing, tracing->wanted[i], product);
	}
}

/* A word of a command or of a list: the path in it, as "-f", "<" and quotes leave it. The
 * build ran in its object tree. */
static void tracing_add_word(
	struct tracing *tracing, const char *word, size_t size, const char *product)
{
	static const char marks[] = "<>'\"();|&\\";
	while (size && strchr(marks, word[0])) {
		word++;
		size--;
	}
	while (size && strchr(marks, word[size - 1]))
		size--;
	const char *value = memrchr(word, '=', size);
	if (value) {
		size -= (size_t)(value + 1 - word);
		word = value + 1;
	}
	if (!size || word[0] == '-' || word[0] == '$')
		return;
	scope_free char *path = memory_copy_range(word, size);
	scope_free char *normal = file_normalize(tracing->tree->built_objects, path);
	scope_free char *related = kernel_tree_relate_path(tracing->tree, normal);
	tracing_add(tracing, related, product);
}

/* Is one of the wanted files' names in the text at all? Most commands end here. */
static bool text_may_name(const struct tracing *tracing, const char *text)
{
	if (!tracing->wanted)
		return true;
	for (size_t i = 0; i < tracing->count; i++) {
		if (strstr(text, related_find_name(tracing->wanted[i])))
			return true;
	}
	return false;
}

static struct error *tracing_read_command(
	struct tracing *tracing, const char *path, const char *product)
{
	static const char blanks[] = " \t\n";
	scope_text struct text text = {0};
	try(file_read(path, &text));
	if (!text.data || !text_may_name(tracing, text.data))
		return NULL;
	for (const char *at = text.data; *at;) {
		at += strspn(at, blanks);
		size_t size = strcspn(at, blanks);
		tracing_add_word(tracing, at, size, product);
		at += size;
	}
	return NULL;
}

/* tools/x/.y.o.cmd says what tools/x/y.o was made from. */
static struct error *tracing_see_file(struct tracing *tracing, const FTSENT *entry)
{
	const char *relative;
	const char *name = entry->fts_name;
	if (name[0] != '.' || !text_has_suffix(name, command_suffix) ||
		!file_is_below(tracing->tree->objects, entry->fts_path, &relative))
		return NULL;
	tracing->commands++;
	scope_free char *folder = file_parent(relative);
	scope_free char *own =
		memory_copy_range(name + 1, strlen(name) - strlen(command_suffix) - 1);
	scope_free char *joined = file_join(folder, own);
	scope_free char *product = file_normalize(".", joined);
	if (product_is_skipped(tracing, product))
		return NULL;
	return tracing_read_command(tracing, entry->fts_path, product);
}

static bool folder_is_skipped(const FTSENT *entry)
{
	size_t count = sizeof(skipped_folders) / sizeof(skipped_folders[0]);
	for (size_t i = 0; i < count; i++) {
		if (entry->fts_level == 1 &&
			strcmp(entry->fts_name, skipped_folders[i]) == 0)
			return true;
	}
	return false;
}

static struct error *tracing_walk(struct tracing *tracing)
{
	char *roots[] = {tracing->tree->objects, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!walk)
		return error_errno("%s", tracing->tree->objects);
	struct error *error = NULL;
	FTSENT *entry;
	while (!error && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			error = error_failed(
				"%s: %s", entry->fts_path, strerror(entry->fts_errno));
		else if (entry->fts_info == FTS_D && folder_is_skipped(entry))
			fts_set(walk, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_NSOK || entry->fts_info == FTS_F)
			error = tracing_see_file(tracing, entry);
	}
	fts_close(walk);
	return error;
}

/* What a seal brings. */
static struct error *tracing_read_kept(struct tracing *tracing, bool *is_there)
{
	scope_json struct json_t *kept = NULL;
	scope_free char *path = file_join(tracing->tree->objects, KSPLICE_SEAL_TRACE);
	*is_there = file_exists(path);
	if (!*is_there)
		return NULL;
	try(json_read_file(path, &kept));
	const struct json_t *made = json_find(kept, key_made_from);
	size_t count = json_count_items(made);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *item = json_find_item(made, i);
		const char *file = json_find_text(item, "file");
		const char *product = json_find_text(item, "product");
		if (!file || !product)
			return error_failed(
				"%s: damaged: a file or product is missing", path);
		tracing_add(tracing, file, product);
	}
	return NULL;
}

static int traced_file_compare(const void *left, const void *right)
{
	const struct traced_file *a = left;
	const struct traced_file *b = right;
	int order = strcmp(a->file, b->file);
	return order ? order : product_compare(a->product, b->product);
}

static struct error *tracing_run(struct tracing *tracing)
{
	bool is_kept;
	try(tracing_read_kept(tracing, &is_kept));
	try(tracing_walk(tracing));
	if (tracing->commands && (is_kept || !kernel_tree_is_seal(tracing->tree)))
		return NULL;
	return error_hint(
		error_refused("no-build-trace",
			"%s: kbuild's .cmd files are gone, so nothing says which files "
			"the build read",
			tracing->tree->objects),
		"build the kernel again; a seal must be made by this version of "
		"ksplice-index");
}

struct error *build_trace_read(const struct kernel_tree *tree,
	build_trace_is_recorded *is_recorded, void *context, const char *const *wanted,
	size_t count, struct build_trace *trace)
{
	struct tracing tracing = {.tree = tree,
		.is_recorded = is_recorded,
		.context = context,
		.wanted = wanted,
		.count = count};
	struct error *error = tracing_run(&tracing);
	name_map_deinit(&tracing.numbers);
	if (error) {
		build_trace_deinit(&tracing.trace);
		return error;
	}
	if (tracing.trace.count)
		qsort(tracing.trace.items, tracing.trace.count,
			sizeof(*tracing.trace.items), traced_file_compare);
	*trace = tracing.trace;
	return NULL;
}

const struct traced_file *build_trace_list(
	const struct build_trace *trace, const char *file, size_t *count)
{
	size_t first = 0;
	while (first < trace->count && strcmp(trace->items[first].file, file) != 0)
		first++;
	size_t end = first;
	while (end < trace->count && strcmp(trace->items[end].file, file) == 0)
		end++;
	*count = end - first;
	return trace->items + first;
}

char *build_trace_print(const struct build_trace *trace)
{
	scope_json struct json_t *json = json_make_object();
	struct json_t *list = json_make_array();
	array_foreach (item, trace) {
		struct json_t *made = json_make_object();
		json_put_text(made, "file", item->file);
		json_put_text(made, "product", item->product);
		json_append(list, made);
	}
	json_put(json, key_made_from, list);
	return json_to_text(json);
}

void build_trace_deinit(struct build_trace *trace)
{
	array_foreach (item, trace) {
		free(item->file);
		free(item->product);
	}
	free(trace->items);
	*trace = (struct build_trace){0};
}
