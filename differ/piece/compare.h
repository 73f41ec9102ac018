/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - which pieces of post are the same as in pre, changed, or new
 *
 * Pieces correspond by identity, and are the same when their bytes outside of
 * relocations are equal and their relocations lead to corresponding places. A function
 * is also changed when an entry of a table about it is (a WARN's line, an alternative,
 * a jump label's key).
 */
#ifndef KSPLICE_DIFFER_PIECE_COMPARE_H
#define KSPLICE_DIFFER_PIECE_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

struct piece;
struct piece_set;

/* Sets twin and state of all pieces of both sets. */
void compare_pieces(struct piece_set *pre, struct piece_set *post);

/*
 * The first byte of a changed piece that differs from its twin, or whose relocation
 * does; the size of the shorter one if only their sizes differ. False if the pieces
 * themselves are equal and an entry about them differs.
 */
bool compare_find_difference(const struct piece_set *pre, const struct piece_set *post,
	const struct piece *piece, uint64_t *offset);

#endif
