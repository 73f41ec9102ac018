/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_plan.h - from the files of a patch to the units that have to be compiled
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_PLAN_H
#define KSPLICE_DIFFER_CREATE_UPDATE_PLAN_H

#include <stddef.h>

struct error;
struct index;
struct index_unit;
struct patch_file;

struct update_plan {
	struct index_unit *units;
	size_t count;
	size_t capacity;
	const char *
		*unbuilt; /* paths of the patch that no object of the tree was made of */
	size_t unbuilt_count;
};

/*
 * Refused by name is what cannot be compiled function by function: headers for now,
 * assembly, build files; units without a record; units of modules for now. A patch that
 * touches nothing that was built is ERROR_NO_CHANGE.
 */
struct error *update_plan_make(const struct index *index, const struct patch_file *patch,
	struct update_plan *plan);
void update_plan_deinit(struct update_plan *plan);

#endif
