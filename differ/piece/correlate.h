/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * correlate.h - which piece of post is which piece of pre
 *
 * Pieces correspond by identity. Where several variables have one name (static locals
 * of one function, names that the kernel counts), the plugin numbers them in source
 * order, and a declaration that the patch adds or removes shifts the numbers. Then the
 * line decides: declarations outside of hunks keep their line numbers (line_marker.h),
 * and those inside of one (is_in_hunk) are not used. Variables that are left on both
 * sides are ambiguous, and correspond to none.
 */
#ifndef KSPLICE_DIFFER_PIECE_CORRELATE_H
#define KSPLICE_DIFFER_PIECE_CORRELATE_H

struct piece_set;

/* Sets twin and is_ambiguous of all pieces of both sets; may change identities of post.
 */
void correlate_pieces(struct piece_set *pre, struct piece_set *post);

#endif
