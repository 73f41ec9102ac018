/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_survey.h - what the tree holds now, beside what the index says of it
 *
 * Looks at names, times and sizes of records, objects and targets, reads none of them and
 * writes nothing. What comes out is the list of what index_update has to do; when there
 * is nothing, the index is true as it is.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_SURVEY_H
#define KSPLICE_DIFFER_INDEX_INDEX_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/name_map.h"

struct database;
struct error;
struct kernel_image;
struct kernel_tree;
struct kernel_tree_target;

struct surveyed_unit {
	int64_t number; /* 0: not in the index */
	char *object;
	char *source;
	char *target;
	int64_t link_order;
	char *state;
	char *reason;
	char *record_stamp; /* "" where there is no record */
	char *object_stamp; /* "" where it is in no target, or not on disk */
	char *old_target;
	bool has_record;
	bool is_record_changed; /* new, another than before, or gone */
	bool is_object_changed;
	bool is_changed; /* any of its fields */
};

struct surveyed_target {
	const struct kernel_tree_target *listed;
	char *path; /* of vmlinux or the .ko */
	char *stamp;
	bool is_changed; /* it, or a unit in it */
};

struct index_survey {
	struct surveyed_unit *units;
	size_t unit_count;
	size_t unit_capacity;
	struct name_map by_object; /* positions in units */
	struct kernel_tree_target *listed;
	struct surveyed_target *targets; /* the first is vmlinux */
	size_t target_count;
	struct name_map by_target; /* positions in targets */
	bool is_stale;             /* there is something to do */
};

struct error *index_survey_make(const struct database *database,
	const struct kernel_tree *tree, const struct kernel_image *image,
	struct index_survey *survey);
void index_survey_deinit(struct index_survey *survey);

/* A unit that no target and no record has; it belongs out of the index. */
bool index_survey_is_gone(const struct surveyed_unit *unit);

/* The stamp of a record that could not be read with the dictionary that is there now:
 * with another it is tried again. The caller frees it. */
char *index_survey_stamp_unread(const struct kernel_tree *tree, const char *stamp);

#define scope_index_survey __attribute__((cleanup(index_survey_deinit)))

#endif
