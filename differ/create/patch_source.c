// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"

static const char default_name[] = "update.patch";

struct error *patch_source_read_file(const char *path, struct patch_sources *sources)
{
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
