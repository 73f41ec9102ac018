/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.h - what the records, the objects and vmlinux say together, ready to ask
 *
 * An SQLite database in the record folder (docs/FORMAT.md has its tables). It binds
 * each recorded compile to what was really linked: which target its object went
 * into, and where in vmlinux each of its sections landed.
 *
 *     records ──────┐
 *     objects ──────┼─▶ index_open ─▶ index.db ─▶ ksplice-create, ksplice-index
 *     vmlinux, *.ko ┘   (updates what changed)
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_H
#define KSPLICE_DIFFER_INDEX_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct database;
struct elf_object;
struct error;
struct index;
struct kernel_image;
struct kernel_tree;
struct module_image;
struct placement;

/*
 * Opens the tree's index, and brings it up to date with the tree first. One that is
 * damaged or of another version is made anew. Where it is not up to date and cannot be
 * written, it is made in memory.
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
	char *reason; /* of "unrecorded" and "excluded"; of "recorded", why its object
			 cannot be read */
};

/* The units for which the file (related path) was read, sorted by object. No units: no
 * file of that path is known. */
struct error *index_list_readers(const struct index *index, const char *file,
	struct index_unit **units, size_t *count);
/* The same for each file of which is_meant is true. */
struct error *index_list_readers_of(const struct index *index,
	bool (*is_meant)(const char *file, void *context), void *context,
	struct index_unit **units, size_t *count);
/* The units whose objects went into the target, in link order. */
struct error *index_list_target(const struct index *index, const char *target,
	struct index_unit **units, size_t *count);

/* The unit of an object (path relative to the object tree). All fields are NULL or 0
 * where the object is neither recorded nor linked. Release with index_unit_deinit. */
struct error *index_find_unit(
	const struct index *index, const char *object, struct index_unit *unit);

void index_free_units(struct index_unit *units, size_t count);

/* Is there a record that says what the object was made from? context is the index (see
 * differ/tree/build_trace.h). */
bool index_is_recorded(const char *object, void *context);

void index_unit_deinit(struct index_unit *unit);

/*
 * The proven places of the sections of a unit's object, as placement_find gives
 * them: for a unit of a module, in the image of that module. Refused if the object is not
 * the one that was indexed.
 */
struct error *index_read_places(const struct index *index, const struct index_unit *unit,
	const struct elf_object *object, const struct module_image *module,
	struct placement **places);

/* What the file (related path) held when the index first saw it: 32 hexadecimal
 * digits, or NULL if it is unknown. The caller frees it. */
char *index_find_digest(const struct index *index, const char *file);

/* Calls show for each file (related path) that was read for a linked unit. */
struct error *index_list_inputs(const struct index *index,
	void (*show)(const char *file, void *context), void *context);

/* For the parts of the index that are modules of their own: its tables. */
const struct database *index_get_database(const struct index *index);

/* Writes the index to a file of its own, which must not exist. */
struct error *index_copy(const struct index *index, const char *path);

#define scope_index __attribute__((cleanup(cleanup_index)))
static inline void cleanup_index(struct index **index)
{
	index_close(*index);
}

#endif
