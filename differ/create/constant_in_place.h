/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * constant_in_place.h - constants whose content is replaced where the running kernel has
 * them
 *
 * Such a constant keeps its address, so pointers to it and comparisons with it stay
 * valid. It may point to:
 *
 *     the running kernel's functions and data   by the same rules as travelling pieces
 *     strings and other content without a name  the running kernel's, if pre has the
 *                                               same content in the same field
 *     new pieces of the update                  the address escapes: no undo
 */
#ifndef KSPLICE_DIFFER_CREATE_CONSTANT_IN_PLACE_H
#define KSPLICE_DIFFER_CREATE_CONSTANT_IN_PLACE_H

#include <stdbool.h>

struct elf_reloc;
struct piece;
struct piece_set;

/*
 * Can the content of a piece of post that changed be written over the old one? It has to
 * be read-only since boot, and to keep name, size and alignment. A table of places within
 * code (labels, a switch) is not for this: it goes with its code.
 */
bool constant_is_replaceable(const struct piece_set *post, const struct piece *piece);

/* Does it hold places within code, rather than functions? */
bool constant_points_into_code(const struct piece_set *set, const struct piece *piece);

/* Sets piece->in_place, and finds the fields that keep what they have. */
void constant_set_in_place(
	const struct piece_set *pre, const struct piece_set *post, struct piece *piece);

/* Does the field of a constant in place keep pointing to content without a name that the
 * running kernel has? Then that content need not travel. */
bool constant_keeps_field(const struct piece *piece, const struct elf_reloc *reloc);

#endif
