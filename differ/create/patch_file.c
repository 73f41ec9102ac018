// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_file.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

bool patch_entry_is_edit(const struct patch_entry *entry)
{
	return entry->hunk_count && entry->change != PATCH_CREATED &&
	       entry->change != PATCH_DELETED;
}

void patch_file_print(const struct patch_file *patch, struct text *text)
{
	for (size_t i = 0; i < patch->count; i++) {
		const struct patch_entry *entry = &patch->entries[i];
		if (!patch_entry_is_edit(entry))
			continue;
		/* The tab ends a name that has spaces in it. */
		text_add_format(text, "--- %s\t\n+++ %s\t\n", entry->path, entry->path);
		for (size_t k = 0; k < entry->hunk_count; k++) {
			const struct patch_hunk *hunk = &entry->hunks[k];
			text_add_format(text, "@@ -%lu,%lu +%lu,%lu @@\n%s",
				hunk->old_line, hunk->old_count, hunk->new_line,
				hunk->new_count, hunk->body);
		}
	}
}

void patch_hunk_print_side(const struct patch_hunk *hunk, bool is_new, struct text *text)
{
	char skipped = is_new ? '-' : '+';
	bool is_added = false;
	for (const char *line = hunk->body; *line;) {
		size_t size = strcspn(line, "\n") + 1;
		if (line[0] == '\\' && is_added)
			text->data[--text->size] = '\0';
		is_added = line[0] != skipped && line[0] != '\\';
		if (is_added)
			text_add_range(text, line + 1, size - 1);
		line += size;
	}
}

static void hunks_free(struct patch_hunk *hunks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(hunks[i].heading);
		free(hunks[i].old_text);
		free(hunks[i].body);
	}
	free(hunks);
}

void patch_file_deinit(struct patch_file *patch)
{
	for (size_t i = 0; i < patch->count; i++) {
		free(patch->entries[i].path);
		free(patch->entries[i].old_path);
		free(patch->entries[i].whole_path);
		hunks_free(patch->entries[i].hunks, patch->entries[i].hunk_count);
	}
	for (size_t i = 0; i < patch->cve_count; i++)
		free(patch->cves[i]);
	free(patch->cves);
	free(patch->entries);
	free(patch->name);
	free(patch->title);
	*patch = (struct patch_file){0};
}
