/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bound_code.h - is code the same where the assembler has bound its branches?
 *
 * Functions that share a section by attribute (.sched.text, .init.text) call each
 * other's static ones without a relocation: the displacement is filled in, and differs
 * when code between the two has grown. compare.h takes that for a change, which is right
 * for an update; the compiler's text is the same.
 */
#ifndef KSPLICE_TESTS_BOUND_CODE_H
#define KSPLICE_TESTS_BOUND_CODE_H

#include <stdbool.h>

struct piece;
struct piece_set;

/*
 * True if both pieces are the same instruction by instruction: equal bytes, relocations
 * that lead to the same place, and bound branches of the same kind to the same
 * function and offset, or to corresponding instructions of the piece itself.
 */
bool bound_code_is_equal(const struct piece_set *pre_set, const struct piece *pre,
	const struct piece_set *post_set, const struct piece *post);

#endif
