// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "differ/create/patch_file.h"
#include "differ/create/patch_folder.h"
#include "differ/create/patch_mail.h"
#include "differ/create/patch_reader.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char default_name[] = "update.patch";

struct error *patch_source_read_file(const char *path, struct patch_sources *sources)
{
	if (file_is_folder(path))
		return patch_folder_read(path, sources);
	bool is_input = strcmp(path, "-") == 0;
	struct stat status;
	scope_text struct text text = {0};
	bool is_file = !is_input && stat(path, &status) == 0 && S_ISREG(status.st_mode);
	try(file_read(is_input ? "/dev/stdin" : path, &text));
	if (!text.size)
		return error_failed("%s: empty, so there is no patch in it", path);
	if (strlen(text.data) != text.size)
		return error_failed("%s: not a text file", path);
	*array_add(sources) = (struct patch_source){
		.name = memory_copy_text(is_input ? "standard input" : path),
		.file_name = memory_copy_text(is_file ? file_name(path) : default_name),
		.text = text,
	};
	text = (struct text){0};
	return NULL;
}

struct error *patch_sources_read(
	const struct patch_sources *sources, unsigned strip, struct patch_list *patches)
{
	array_foreach (source, sources) {
		size_t first = patches->count;
		try(patch_reader_read(source->name, source->text.data, strip, patches));
		for (size_t i = first; source->title && i < patches->count; i++) {
			free(patches->items[i].title);
			patches->items[i].title = memory_copy_text(source->title);
		}
	}
	return NULL;
}

/* The start of the next mail behind the first line; or the end of the text. */
static const char *mail_find_end(const char *text)
{
	while (*text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
		if (patch_mail_is_start(text))
			break;
	}
	return text;
}

/* The introduction of a series has no patch in it. */
static bool mail_has_patch(const char *text, unsigned strip)
{
	struct patch_list list = {0};
	scope_error struct error *error = patch_reader_read("", text, strip, &list);
	patch_list_deinit(&list);
	return !error;
}

static void source_split(
	const struct patch_source *source, unsigned strip, struct patch_sources *split)
{
	size_t number = 0;
	for (const char *at = source->text.data; *at;) {
		const char *end = mail_find_end(at);
		scope_text struct text text = {0};
		text_add_range(&text, at, (size_t)(end - at));
		bool is_whole = at == source->text.data && !*end;
		at = end;
		if (!is_whole && !mail_has_patch(text.data, strip))
			continue;
		number++;
		struct patch_source *added = array_add(split);
		added->name =
			is_whole ? memory_copy_text(source->name)
				 : memory_format("%s, patch %zu", source->name, number);
		added->file_name =
			is_whole ? memory_copy_text(source->file_name)
				 : memory_format("%zu-%s", number, source->file_name);
		added->title = source->title ? memory_copy_text(source->title) : NULL;
		added->text = text;
		text = (struct text){0};
	}
}

void patch_sources_split(struct patch_sources *sources, unsigned strip)
{
	struct patch_sources split = {0};
	array_foreach (source, sources)
		source_split(source, strip, &split);
	patch_sources_deinit(sources);
	*sources = split;
}

void patch_sources_print(const struct patch_sources *sources, struct text *text)
{
	array_foreach (source, sources) {
		text_add_range(text, source->text.data, source->text.size);
		if (source + 1 < sources->items + sources->count && text->size &&
			text->data[text->size - 1] != '\n')
			text_add(text, "\n");
	}
}

const char *patch_sources_find_name(const struct patch_sources *sources)
{
	return sources->count == 1 ? sources->items[0].file_name : default_name;
}

struct json_t *patch_sources_describe(const struct patch_list *patches)
{
	struct json_t *array = json_make_array();
	array_foreach (patch, patches) {
		struct json_t *item = json_make_object();
		json_put_text(item, "name", file_name(patch->name));
		json_put_text(item, "title", patch->title);
		struct json_t *cves = json_make_array();
		for (size_t i = 0; i < patch->cve_count; i++)
			json_append_text(cves, patch->cves[i]);
		json_put(item, "cves", cves);
		json_append(array, item);
	}
	return array;
}

void patch_sources_deinit(struct patch_sources *sources)
{
	array_foreach (source, sources) {
		free(source->name);
		free(source->file_name);
		free(source->title);
		text_deinit(&source->text);
	}
	free(sources->items);
	*sources = (struct patch_sources){0};
}
