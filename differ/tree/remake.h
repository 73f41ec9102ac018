/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remake.h - makes the record of an object that was built without one
 *
 * An object has no record after a hit of a ccache in front of ksplice-cc, a failed
 * recording, or a build without ksplice-cc. Then kbuild's saved command is run again
 * through ksplice-cc, and objtool as kbuild ran it. The record is kept only if the object
 * comes out the same, byte by byte.
 *
 *     .foo.o.cmd ──▶ ksplice-cc --ksplice-remake ──▶ object.o ── objtool ──▶ = foo.o?
 *                                    └──────────────▶ record ──── yes ──▶ .ksplice/
 */
#ifndef KSPLICE_DIFFER_TREE_REMAKE_H
#define KSPLICE_DIFFER_TREE_REMAKE_H

#include <stddef.h>

struct error;
struct kernel_tree;

/*
 * Makes the records of several objects (relative to the tree) at the same time.
 * errors[i] is then NULL, or why there is none for objects[i]; the caller frees them.
 * An error of the call itself means that nothing was made.
 */
struct error *remake_records(const struct kernel_tree *tree, const char *const *objects,
	size_t count, struct error **errors);

#endif
