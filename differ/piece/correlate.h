/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * correlate.h - which piece of post is which piece of pre
 *
 * Pieces correspond by identity. Where several variables have one name (static locals of
 * one function, names that the kernel counts), the plugin numbers them in source order,
 * and a declaration that the patch adds or removes shifts the numbers. Then the line
 * decides: those that the patch does not touch keep theirs (line_marker.h); those of a
 * hunk (is_in_hunk) say nothing. What is left on both sides is ambiguous, and corresponds
 * to nothing.
 */
#ifndef KSPLICE_DIFFER_PIECE_CORRELATE_H
#define KSPLICE_DIFFER_PIECE_CORRELATE_H

struct piece_set;

/* Sets twin and is_ambiguous of all pieces of both sets; may change identities of post.
 */
void correlate_pieces(struct piece_set *pre, struct piece_set *post);

#endif
