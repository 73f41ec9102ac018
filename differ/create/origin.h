/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origin.h - who says what runs: the build that the update is made for
 *
 * An origin gives the objects that were linked, their proven places in vmlinux, and the
 * proof that what is compiled here without the patch lies there, byte for byte: functions
 * and variables. It is a build tree, or a seal that was unpacked to one.
 */
#ifndef KSPLICE_DIFFER_CREATE_ORIGIN_H
#define KSPLICE_DIFFER_CREATE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct elf_symbol;
struct error;
struct index;
struct kernel_image;
struct kernel_layout;
struct kernel_tree;
struct piece;
struct update_unit;

struct origin {
	const struct kernel_tree *tree;
	const struct kernel_image *image;
	const struct index *index;
	const struct kernel_layout *layout;
};

/* Does vmlinux define the name globally? */
bool origin_has_global(const struct origin *origin, const char *name);

/*
 * The symbol in the linked object of a piece of the unit, and its proven address in
 * vmlinux. The piece is one of pre, or one of post with a twin. Refused by name if it is
 * not there, or not provably.
 */
struct error *origin_find_symbol(const struct origin *origin,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_symbol **symbol, uint64_t *address);

/* The address alone; false if it cannot be proven. */
bool origin_find_address(const struct origin *origin, const struct update_unit *unit,
	const struct piece *piece, uint64_t *address);

/* Refuses by name the first function or variable of the unit's pre that is not what
 * vmlinux has in its place. */
struct error *origin_prove_unit(
	const struct origin *origin, const struct update_unit *unit);

#endif
