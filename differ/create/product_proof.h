/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * product_proof.h - does the patch change what was made without a record?
 *
 * Headers are read by more than recorded compiles: assembler source, the vdso, boot code,
 * programs of the build, the files from which asm-offsets.h is made. Their commands are
 * there. Each is run without and with the patch; where both give the same bytes, the
 * patch has no effect on that product, nor on what is made from it.
 */
#ifndef KSPLICE_DIFFER_CREATE_PRODUCT_PROOF_H
#define KSPLICE_DIFFER_CREATE_PRODUCT_PROOF_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct kernel_tree;

/* What a file of the patch was used for. */
struct product_claim {
	const char *path; /* of the patch; not owned */
	char *product;    /* relative to the object tree */
	bool is_indirect; /* the path is one that the patch adds or deletes, so that what
			     is made may show its effect without opening it */
	bool is_same;     /* set: proven to come out the same */
};

/*
 * Runs the commands of the claims' products, on all processors, with the files of the
 * folder shadow (shadow.h) for the second time. What is made goes to the folder work.
 * is_same stays false where no compile command is known, or where it fails.
 */
struct error *product_proof_run(const struct kernel_tree *tree, const char *shadow,
	const char *work, struct product_claim *claims, size_t count);

#endif
