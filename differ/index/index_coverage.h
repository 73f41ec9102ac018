/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_coverage.h - what the index knows of what is in the kernel, and what it does not
 *
 * The measure is the kernel itself: every function symbol in the code sections of vmlinux
 * and of the modules is looked up in the index. It is known if an object holds it there,
 * proven by bytes, and, for C, if the function's hash, file and lines are recorded.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_COVERAGE_H
#define KSPLICE_DIFFER_INDEX_INDEX_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/memory.h"

struct error;
struct index;
struct kernel_image;
struct kernel_tree;

enum coverage_kind {
	COVERAGE_FUNCTION,         /* of C; also what is of unknown origin */
	COVERAGE_PART,             /* what GCC moved out of a function */
	COVERAGE_ALIAS,            /* another name of a function */
	COVERAGE_INLINE_ASSEMBLER, /* of an asm statement in a C file */
	COVERAGE_ASSEMBLER,        /* of an assembler source */
	COVERAGE_KINDS
};

struct coverage_count {
	int64_t all;
	int64_t known;
};

/* An object that was linked, in one of the states of struct index_unit. */
struct coverage_object {
	char *object;
	char *reason;
};

struct coverage_objects {
	struct coverage_object *items;
	size_t count;
	size_t capacity;
};

/* A section of an object of vmlinux that has no proven place. */
struct coverage_section {
	char *object;
	char *section;
	int64_t size;
};

struct coverage_hole {
	char *target;
	char *symbol;
	uint64_t address; /* as the target's symbol table has it */
	char *object;     /* the one it should be from; NULL if none has that name */
	char *reason;
};

struct index_coverage {
	int64_t objects; /* linked into vmlinux or a module */
	int64_t recorded;
	int64_t assembly;
	struct coverage_objects excluded;
	struct coverage_objects unrecorded;
	struct coverage_count
		sections; /* of vmlinux's objects, with a place of their own */
	struct coverage_count code_sections; /* of these */
	array_of(struct coverage_section) unproven;
	struct coverage_count vmlinux[COVERAGE_KINDS];
	struct coverage_count modules[COVERAGE_KINDS];
	array_of(struct coverage_hole) holes;
};

/* Release with index_coverage_deinit. */
struct error *index_coverage_make(const struct index *index,
	const struct kernel_tree *tree, const struct kernel_image *image,
	struct index_coverage *coverage);
void index_coverage_deinit(struct index_coverage *coverage);

#define scope_index_coverage __attribute__((cleanup(index_coverage_deinit)))

#endif
