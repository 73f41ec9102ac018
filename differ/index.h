/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.h - what the records, the objects and vmlinux say together, ready to ask
 *
 * An SQLite database in the record folder (docs/FORMAT.md has its tables). It binds
 * each recorded compile to what was really linked: which target its object went
 * into, and where in vmlinux each of its sections landed.
 *
 *     records ─┐
 *     objects ─┼─▶ index_open ─▶ index.db ─▶ ksplice-create, ksplice-index
 *     vmlinux ─┘   (updates what changed)
 */
#ifndef KSPLICE_DIFFER_INDEX_H
#define KSPLICE_DIFFER_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_object;
struct error;
struct index;
struct kernel_image;
struct kernel_tree;
struct placement;

/*
 * Opens the tree's index, and brings it up to date with the tree first. Where the
 * record folder cannot be written, the index is made in memory.
 */
struct error *index_open(const struct kernel_tree *tree, const struct kernel_image *image,
	struct index **index);
void index_close(struct index *index);

struct index_unit {
	int64_t number;
	char *object; /* relative to the object tree */
	char *source; /* related path; empty where not recorded */
	char *target; /* "vmlinux", a module, or empty: linked into nothing */
	char *state;  /* "recorded", "unrecorded", "assembly", "excluded" */
	char *reason; /* of "unrecorded" */
};

/* The units for which the file (related path) was read, sorted by object. */
struct error *index_list_readers(const struct index *index, const char *file,
	struct index_unit **units, size_t *count);
/* The units whose objects went into the target, in link order. */
struct error *index_list_target(const struct index *index, const char *target,
	struct index_unit **units, size_t *count);
void index_free_units(struct index_unit *units, size_t count);

void index_unit_deinit(struct index_unit *unit);

/*
 * The proven places of the sections of a unit's object, as placement_find gives
 * them. Refused if the object is not the one that was indexed.
 */
struct error *index_read_places(const struct index *index, const struct index_unit *unit,
	const struct elf_object *object, struct placement **places);

/* What the file (related path) held when the index first saw it: 32 hexadecimal
 * digits, or NULL if it is unknown. The caller frees it. */
char *index_find_digest(const struct index *index, const char *file);

struct index_counts {
	int64_t objects; /* linked into a target */
	int64_t recorded;
	int64_t unrecorded;
	int64_t excluded; /* by rule */
	int64_t assembly;
	int64_t sections; /* of vmlinux's objects, which have a place of their own */
	int64_t proven;   /* of these */
	int64_t code_sections;
	int64_t code_proven;
};
struct error *index_count(const struct index *index, struct index_counts *counts);

/* Calls show for each section of vmlinux's objects without a proven place. */
struct error *index_list_unproven(const struct index *index,
	void (*show)(
		const char *object, const char *section, int64_t size, void *context),
	void *context);

/* Calls show for each file (related path) that was read for a linked unit. */
struct error *index_list_inputs(const struct index *index,
	void (*show)(const char *file, void *context), void *context);

/* Writes the index to a file of its own, which must not exist. */
struct error *index_copy(const struct index *index, const char *path);

/* Calls show for each linked object without a record, with the reason. */
struct error *index_list_unrecorded(const struct index *index,
	void (*show)(const char *object, const char *reason, void *context),
	void *context);

#define scope_index __attribute__((cleanup(cleanup_index)))
static inline void cleanup_index(struct index **index)
{
	index_close(*index);
}

#endif
