/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_trace.h - which files the build used to make something without a record
 *
 *     .*.cmd files of the object tree ─▶ build_trace_read ─▶ { file: product }
 *
 * A file has no effect on the kernel only if nothing was made from it. Records prove that
 * for objects that ksplice-cc compiled. For everything else (host programs, vdso, boot
 * code, objects without a record), kbuild saved a command and a list of dependencies
 * beside each product. A seal has the result in one file.
 */
#ifndef KSPLICE_DIFFER_TREE_BUILD_TRACE_H
#define KSPLICE_DIFFER_TREE_BUILD_TRACE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct kernel_tree;

/* Whose commands need not be read, because its record says what it was made from. product
 * is a path relative to the object tree. */
typedef bool build_trace_is_recorded(const char *product, void *context);

/* In front of a wanted name: all files of that name, in whatever folder. */
#define BUILD_TRACE_NAME "name:"

struct traced_file {
	char *file;    /* related path, in the source tree; or the wanted name */
	char *product; /* made from it, relative to the object tree */
};

struct build_trace {
	/* Sorted by file; of one file those first that are not past, then by product. */
	struct traced_file *items;
	size_t count;
	size_t capacity;
};

/*
 * Finds the files that something was made from. wanted, of count related paths or names,
 * limits it to these, and gives all that was made from them, as far as the tree is not a
 * seal; NULL: all files, and of each the product that would be the first one. Refused
 * where the tree has no trace of a build at all.
 */
struct error *build_trace_read(const struct kernel_tree *tree,
	build_trace_is_recorded *is_recorded, void *context, const char *const *wanted,
	size_t count, struct build_trace *trace);

/* Is it code that ran before the kernel did? A change of it cannot matter any more. */
bool build_trace_is_past(const char *product);

/* What was made from the file: count rows, none if nothing was. */
const struct traced_file *build_trace_list(
	const struct build_trace *trace, const char *file, size_t *count);

/* The content of the file that a seal has; the caller frees it. */
char *build_trace_print(const struct build_trace *trace);

void build_trace_deinit(struct build_trace *trace);

#define scope_build_trace __attribute__((cleanup(build_trace_deinit)))

#endif
