// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_folder.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/patch_source.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* "NAME [-pN] [# comment]"; quilt strips one folder where there is no -pN. */
static struct error *series_read_line(const char *folder, const char *series,
	const char *line, struct patch_sources *sources)
{
	static const char blanks[] = " \t\r";
	const char *name = line + strspn(line, blanks);
	size_t length = strcspn(name, " \t\r");
	if (!length || name[0] == '#')
		return NULL;
	scope_free char *file = memory_copy_range(name, length);
	const char *rest = name + length + strspn(name + length, blanks);
	bool is_plain = !*rest || *rest == '#' || strcmp(rest, "-p1") == 0 ||
			text_has_prefix(rest, "-p1 ");
	if (!is_plain)
		return error_hint(
			error_refused("series-option", "%s: %s: cannot use the option %s",
				series, file, rest),
			"refresh the patch with 'quilt refresh -p1'");
	scope_free char *path = file_join(folder, file);
	return patch_source_read_file(path, sources);
}

static struct error *series_read(
	const char *folder, const char *series, struct patch_sources *sources)
{
	scope_text struct text text = {0};
	try(file_read(series, &text));
	for (const char *line = text.data; line && *line;) {
		size_t length = strcspn(line, "\n");
		scope_free char *copy = memory_copy_range(line, length);
		try(series_read_line(folder, series, copy, sources));
		line += length + (line[length] == '\n');
	}
	return NULL;
}

static int is_patch(const struct dirent *entry)
{
	static const char *const ends[] = {".patch", ".diff", ".mbox"};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (text_has_suffix(entry->d_name, ends[i]))
			return strcmp(entry->d_name, "0000-cover-letter.patch") != 0;
	}
	return 0;
}

static int compare_names(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static struct error *names_read(const char *folder, struct patch_sources *sources)
{
	struct dirent **entries;
	struct error *error = NULL;
	int count = scandir(folder, &entries, is_patch, compare_names);
	if (count < 0)
		return error_errno("%s", folder);
	for (int i = 0; i < count; i++) {
		scope_free char *path = file_join(folder, entries[i]->d_name);
		if (!error)
			error = patch_source_read_file(path, sources);
		free(entries[i]);
	}
	free(entries);
	return error;
}

struct error *patch_folder_read(const char *folder, struct patch_sources *sources)
{
	size_t known = sources->count;
	scope_free char *series = file_join(folder, "series");
	if (file_exists(series))
		try(series_read(folder, series, sources));
	else
		try(names_read(folder, sources));
	if (sources->count == known)
		return error_hint(
			error_failed("%s: there is no patch in the folder", folder),
			"patches are the files that its file \"series\" lists, or those "
			"whose names end in .patch, .diff or .mbox");
	return NULL;
}
