/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal_content.h - which files of an object tree go into a seal, and in which form
 *
 * These are the files that ksplice-create reads, and the files that are needed to make
 * the index and the update template again. The source tree is not in it.
 */
#ifndef KSPLICE_DIFFER_SEAL_SEAL_CONTENT_H
#define KSPLICE_DIFFER_SEAL_SEAL_CONTENT_H

#include <stddef.h>

struct error;
struct index;
struct kernel_tree;
struct text;

enum seal_form {
	SEAL_WHOLE,   /* as it is */
	SEAL_ELF,     /* without the content of debug sections, see debug_content.h */
	SEAL_COMMAND, /* kbuild's .cmd file without its list of dependencies */
};

struct seal_item {
	char *path; /* relative to the object tree */
	char *from; /* where its content is */
	enum seal_form form;
};

/* Zero-initialise it; release with seal_content_deinit. */
struct seal_content {
	struct seal_item *items;
	size_t count;
	size_t capacity;
};

void seal_content_add(struct seal_content *content, const char *path, const char *from,
	enum seal_form form);

/* Adds the tree's files, apart from index and template. */
struct error *seal_content_collect(const struct kernel_tree *tree,
	const struct index *index, struct seal_content *content);

/* Sorts by path; of several with one path one is left. */
void seal_content_sort(struct seal_content *content);

/* Reads one file in its form. */
struct error *seal_content_read(const struct seal_item *item, struct text *text);

void seal_content_deinit(struct seal_content *content);

#define scope_seal_content __attribute__((cleanup(seal_content_deinit)))

#endif
