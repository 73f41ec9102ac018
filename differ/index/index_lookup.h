/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_lookup.h - the questions that people ask of the index
 *
 * Names that are not there are errors, which say what was looked for and what is near.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_LOOKUP_H
#define KSPLICE_DIFFER_INDEX_INDEX_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/memory.h"

struct error;
struct index;
struct index_unit;
struct kernel_tree;

/* A function symbol of a unit; what is not known is NULL or 0. */
struct looked_up {
	char *name;
	char *kind; /* "function", "part", "alias", "assembler", "unknown" */
	char *object;
	char *source; /* of the unit, related path */
	char *target;
	char *function; /* that it is, or is a part or another name of */
	char *origin;   /* the function that this one is a clone of */
	char *hash;
	char *file; /* related path */
	int64_t first_line;
	int64_t last_line;
	char *section;  /* of the object */
	int64_t offset; /* in it */
	int64_t size;   /* 0 also where the symbol says so */
	bool is_proven;
	uint64_t address; /* if proven: as linked; in a module: offset in its section */
	char *output;     /* in a module: the .ko's section */
	char **inlined;   /* names of what was inlined into it, NULL-terminated */
};

struct lookup {
	struct looked_up *items; /* by object, and by place in it */
	size_t count;
	size_t capacity;
};

/* The functions of that name, their parts, other names and clones. */
struct error *index_look_up_function(
	const struct index *index, const char *name, struct lookup *found);

/* The functions into which one of that name was inlined. */
struct error *index_look_up_inliners(
	const struct index *index, const char *name, struct lookup *found);

/* The functions of a unit. */
struct error *index_look_up_unit(
	const struct index *index, const struct index_unit *unit, struct lookup *found);

/*
 * The units that read a file. Its path may be absolute, relative to the source tree, to
 * the object tree or to the present folder, or related; *related is what the index calls
 * it.
 */
struct error *index_look_up_file(const struct index *index,
	const struct kernel_tree *tree, const char *path, char **related,
	struct index_unit **units, size_t *count);

void lookup_deinit(struct lookup *found);

#define scope_lookup __attribute__((cleanup(lookup_deinit)))

#endif
