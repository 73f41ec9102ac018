/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_source.h - where the patches of an update come from
 *
 *     --patch=FILE    file, pipe            ┐
 *     --git=COMMIT    patch_git.h           ├─▶ struct patch_source ─▶ patch_reader.h
 *     --diffext=EXT   patch_pair.h          ┘
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_SOURCE_H
#define KSPLICE_DIFFER_CREATE_PATCH_SOURCE_H

#include <stddef.h>

#include "lib/text.h"

struct error;
struct json_t;
struct patch_list;

struct patch_source {
	char *name;      /* what messages call it */
	char *file_name; /* in the archive */
	char *title;     /* if it has one outside of its text; or NULL */
	struct text text;
};

/* Zero-initialise it; patch_sources_deinit ends it. */
struct patch_sources {
	struct patch_source *items;
	size_t count;
	size_t capacity;
};

/* Appends what is in the file; "-" is standard input. A pipe is read once. Of a folder,
 * its patches: see patch_folder.h. */
struct error *patch_source_read_file(const char *path, struct patch_sources *sources);

/* Appends the patches of all sources to the list, in their order; strip as for
 * patch_reader_read. */
struct error *patch_sources_read(
	const struct patch_sources *sources, unsigned strip, struct patch_list *patches);

/* Makes a source of its own of each mail in a file of several. The texts must be those
 * that patch_sources_read took. */
void patch_sources_split(struct patch_sources *sources, unsigned strip);

/* All texts, in their order: what the archive gets. */
void patch_sources_print(const struct patch_sources *sources, struct text *text);

/* The name of that in the archive. */
const char *patch_sources_find_name(const struct patch_sources *sources);

/* A list of the patches: name, title and the CVE numbers of each. */
struct json_t *patch_sources_describe(const struct patch_list *patches);

void patch_sources_deinit(struct patch_sources *sources);

#endif
