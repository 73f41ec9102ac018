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
struct kernel_tree;
struct patch_file;

struct update_plan {
	struct index_unit *units;
	size_t count;
	size_t capacity;
	const char **unbuilt; /* paths of the patch that nothing was made from */
	size_t unbuilt_count;
};

/*
 * Every file of the patch must be in the source tree. Refused by name is what cannot be
 * compiled function by function: headers for now, assembly, build files; host programs,
 * boot code, the vdso; units without a record; units of modules for now. That nothing was
 * made from a file is proven by records and by what kbuild left (build_trace.h).
 * A plan without units is one of a patch that touches nothing of the kernel.
 */
struct error *update_plan_make(const struct kernel_tree *tree, const struct index *index,
	const struct patch_file *patch, struct update_plan *plan);
void update_plan_deinit(struct update_plan *plan);

#endif
