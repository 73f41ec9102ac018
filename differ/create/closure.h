/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * closure.h - what must travel in the update, and what a travelling piece refers to
 *
 * Roots are the changed functions. With them travel: the other parts of the function
 * (.cold), the entries of tables about it, strings and constants, and what is new in
 * post. Everything that is unchanged stays where it is: the update refers to the running
 * kernel's own. What cannot travel and cannot stay is refused with its name.
 */
#ifndef KSPLICE_DIFFER_CREATE_CLOSURE_H
#define KSPLICE_DIFFER_CREATE_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>

struct elf_reloc;
struct error;
struct piece;
struct piece_set;
struct piece_target;

/* Marks the pieces of post that travel. No change at all is ERROR_NO_CHANGE. */
struct error *closure_select(struct piece_set *pre, struct piece_set *post);

/*
 * Must the reference of a travelling piece lead into the running kernel, rather than
 * into the update? True for what does not travel, for a constant that is replaced in
 * place, and for the address of a function
 * that is replaced: comparisons must not see two addresses, and what is stored must
 * outlive the update. Calls and jumps go to the new function.
 */
bool closure_is_outward(const struct piece *piece, const struct piece_target *target);

/*
 * A new function whose address is taken by something that travels: it may be stored
 * where no undo finds it. Or what a constant in place points to, and the update brings;
 * if that has no name, the constant. It has a symbol. NULL if there is none.
 */
const struct piece *closure_find_escape(const struct piece_set *post);

/* Is the piece the start of a function that gets a trampoline to it? */
bool closure_is_replacement(const struct piece *piece);

#endif
