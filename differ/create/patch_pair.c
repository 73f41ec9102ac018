// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_pair.h"

#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "differ/create/patch_source.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

struct pair_search {
	const char *folder;
	const char *ending;      /* ".new" */
	array_of(char *) pairs;  /* paths without the ending, relative to folder */
	array_of(char *) single; /* paths with it, that have no partner */
};

static int order_entries(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_regular(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static void search_add(struct pair_search *search, const char *path)
{
	const char *rest;
	if (!text_has_suffix(path, search->ending) ||
		strlen(file_name(path)) == strlen(search->ending) || !is_regular(path) ||
		!file_is_below(search->folder, path, &rest))
		return;
	scope_free char *original =
		memory_copy_range(path, strlen(path) - strlen(search->ending));
	if (is_regular(original))
		*array_add(&search->pairs) =
			memory_copy_range(rest, strlen(rest) - strlen(search->ending));
	else
		*array_add(&search->single) = memory_copy_text(rest);
}

static struct error *search_run(struct pair_search *search)
{
	char *const roots[] = {(char *)search->folder, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, order_entries);
	struct error *error = NULL;
	FTSENT *entry;
	if (!walk)
		return error_errno("%s", search->folder);
	while (!error && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_D && entry->fts_level > 0 &&
			(strcmp(entry->fts_name, ".git") == 0 ||
				strcmp(entry->fts_name, ".ksplice") == 0))
			fts_set(walk, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_F || entry->fts_info == FTS_SL)
			search_add(search, entry->fts_path);
		else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			error = error_failed(
				"%s: %s", entry->fts_path, strerror(entry->fts_errno));
		if (process_interruption())
			error = process_interrupted();
	}
	fts_close(walk);
	return error;
}

/* Adds the pair's difference; is_equal says that there is none. */
static struct error *pair_compare(const struct pair_search *search, const char *path,
	struct text *text, bool *is_equal)
{
	scope_free char *old_label = memory_format("--label=a/%s", path);
	scope_free char *new_label = memory_format("--label=b/%s", path);
	scope_free char *old_path = file_join(search->folder, path);
	scope_free char *new_path = memory_format("%s%s", old_path, search->ending);
	const char *const arguments[] = {
		"diff", "-U3", "-p", old_label, new_label, old_path, new_path, NULL};
	static const char *const environment[] = {"LC_ALL=C", NULL};
	struct process_request request = {
		.arguments = arguments, .environment = environment, .output = text};
	int status;
	try(process_run(&request, &status));
	if (status > 1)
		return error_failed("diff failed with exit code %d", status);
	*is_equal = !status;
	return NULL;
}

static struct error *search_compare(const struct pair_search *search, struct text *text)
{
	array_foreach (path, &search->pairs) {
		bool is_equal = false;
		try(pair_compare(search, *path, text, &is_equal));
		if (is_equal)
			message_warn("%s: equal to %s%s, so it is left out", *path, *path,
				search->ending);
		else
			message_step("%s: the new text is in %s%s", *path, *path,
				search->ending);
	}
	if (search->single.count)
		message_warn("%s: there is no file without %s beside it, so it is left "
			     "out; so are %zu more",
			search->single.items[0], search->ending,
			search->single.count - 1);
	if (!search->pairs.count)
		return error_hint(
			error_failed("--diffext=%s: no file in %s has one with that "
				     "ending beside it",
				search->ending + 1, search->folder),
			"put the new text of FILE into FILE%s", search->ending);
	if (!text->size)
		return error_failed("--diffext=%s: all files with that ending are equal "
				    "to the ones beside them",
			search->ending + 1);
	if (strlen(text->data) != text->size)
		return error_failed("--diffext=%s: not text files", search->ending + 1);
	return NULL;
}

struct error *patch_pair_read(
	const char *folder, const char *extension, struct patch_sources *sources)
{
	const char *name = extension + (extension[0] == '.');
	if (!name[0] || strchr(name, '/'))
		return error_usage(
			"--diffext=%s: not the ending of a file name", extension);
	scope_free char *ending = memory_format(".%s", name);
	scope_text struct text text = {0};
	struct pair_search search = {.folder = folder, .ending = ending};
	struct error *error = search_run(&search);
	if (!error)
		error = search_compare(&search, &text);
	array_foreach (path, &search.pairs)
		free(*path);
	array_foreach (path, &search.single)
		free(*path);
	free(search.pairs.items);
	free(search.single.items);
	if (error)
		return error;
	*array_add(sources) = (struct patch_source){
		.name = memory_format("the files *%s", ending),
		.file_name = memory_copy_text("update.patch"),
		.text = text,
	};
	text = (struct text){0};
	return NULL;
}
