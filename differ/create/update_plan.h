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
struct patched_files;

/* A file of the patch that has no effect. */
struct plan_idle {
	const char *path;   /* not owned */
	const char *reason; /* "X is <reason>" */
};

struct update_plan {
	struct index_unit *units;
	size_t count;
	size_t capacity;
	struct plan_idle *idle;
	size_t idle_count;
	size_t idle_capacity;
	struct product_claim *claims; /* what has to come out the same; see below */
	size_t claim_count;
	size_t claim_capacity;
	const char *config; /* a Kconfig file of the patch, not owned; or NULL */
	size_t same_count;  /* units that unit_screen_run took out */
};

/*
 * files is what the patches touch. Refused by name are build files and
 * units without a record. The units are those that read a file of the patch, headers
 * included. What kbuild made from one beside them (build_trace.h), from assembler source
 * to programs of the build, is in the claims: the patch must not change it.
 * A plan without units and claims is one of a patch that touches nothing of the kernel.
 */
struct error *update_plan_make(const struct kernel_tree *tree, const struct index *index,
	const struct patched_files *files, struct update_plan *plan);

/* Refuses by name a patch of Kconfig files that changes the configuration; see
 * config_proof.h for shadow and work. */
struct error *update_plan_prove_config(const struct kernel_tree *tree, const char *shadow,
	const char *work, struct update_plan *plan);

/* Once the claims were looked at (product_proof.h): refuses by name what was made from a
 * file of the patch and does not come out the same. */
struct error *update_plan_check_claims(
	const struct index *index, const struct update_plan *plan);

void update_plan_deinit(struct update_plan *plan);

#endif
