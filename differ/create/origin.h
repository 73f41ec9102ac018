/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origin.h - the build that the update is made for
 *
 * An origin gives the objects that were linked, and their proven places in vmlinux or
 * in a module. It proves that each function and variable that is compiled without the
 * patch is there, byte for byte. It is a build tree, or an unpacked seal.
 */
#ifndef KSPLICE_DIFFER_CREATE_ORIGIN_H
#define KSPLICE_DIFFER_CREATE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct elf_symbol;
struct error;
struct piece;
struct update_unit;

/*
 * The symbol in the linked object of a piece of the unit, and its proven address in
 * the image of its target. The piece is one of pre, or one of post with a twin. Refused
 * by name if it is not there, or not provably.
 */
struct error *origin_find_symbol(const struct update_unit *unit,
	const struct piece *piece, const struct elf_symbol **symbol, uint64_t *address);

/* The address alone; false if it cannot be proven. */
bool origin_find_address(
	const struct update_unit *unit, const struct piece *piece, uint64_t *address);

/* Refuses by name the first function or variable of the unit's pre that is not what its
 * target has in its place. */
struct error *origin_prove_unit(const struct update_unit *unit);

#endif
