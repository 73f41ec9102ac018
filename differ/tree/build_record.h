/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_record.h - one build record, as ksplice-cc left it (docs/FORMAT.md)
 */
#ifndef KSPLICE_DIFFER_TREE_BUILD_RECORD_H
#define KSPLICE_DIFFER_TREE_BUILD_RECORD_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct json_t;

struct record {
	struct json_t *json;    /* owns all texts below */
	const char *object;     /* relative to the root of the records */
	const char *unrecorded; /* why there is no more than that, or NULL */
	const char *source;     /* as the compiler got it */
	const char *folder;     /* in which the compiler ran */
	const char *compiler;   /* path */
	const char *compiler_version;
	int64_t started;                /* ns since the epoch */
	const struct json_t *arguments; /* of the compiler, array of texts */
	int64_t plugin;                 /* version of what the plugin writes */
	const char *toplevel; /* hash of the assembly outside of functions, or NULL */
	const struct json_t *inputs;    /* array of texts */
	const struct json_t *functions; /* array of objects */
	const struct json_t *variables; /* array of objects */
	/* Array of objects, the unit's types; NULL: the plugin was not asked. */
	const struct json_t *layouts;
};

/* Reads and checks it; another format version is refused by name. Release with
 * record_deinit, which a record that was never read also survives if zeroed. */
struct error *record_read(const char *path, struct record *record);

/* The plugin's part alone, as a compile of ksplice-create leaves it. */
struct error *record_read_unit(const char *path, struct record *record);

void record_deinit(struct record *record);

/* The object of that name in functions or variables; NULL if there is none. */
const struct json_t *record_find_named(const struct json_t *array, const char *name);

#define scope_record __attribute__((cleanup(record_deinit)))

#endif
