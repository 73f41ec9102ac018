/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_symbol.h - where in the running kernel a reference of the update leads
 *
 * A global name is vmlinux's. For what is local, the original object says under which
 * name it was linked, and the proven place of its section where that is: no guessing
 * among symbols of the same name.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_SYMBOL_H
#define KSPLICE_DIFFER_CREATE_UPDATE_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

struct elf_reloc;
struct elf_symbol;
struct error;
struct kernel_image;
struct kernel_tree;
struct piece;
struct piece_target;
struct update_unit;

struct outward_symbol {
	const char *name;  /* as vmlinux's symbol table has it; borrowed */
	uint64_t address;  /* as linked */
	bool is_fixed;     /* KASLR leaves it alone */
	bool has_kallsyms; /* the running kernel can confirm the name */
};

/* A name that the unit leaves undefined. */
struct error *update_symbol_find_global(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct update_unit *unit,
	const char *name, struct outward_symbol *symbol);

/* A piece of post that does not travel, or whose original address is wanted. */
struct error *update_symbol_find_piece(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct update_unit *unit,
	const struct piece *piece, struct outward_symbol *symbol);

/*
 * What the field of a constant in place keeps pointing to (constant_keeps_field): piece
 * is the constant, target what the field refers to in post. Refused if vmlinux does not
 * have that content there.
 */
struct error *update_symbol_find_kept(const struct kernel_image *image,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct piece_target *target,
	struct outward_symbol *symbol);

/* The symbol in the original object of a piece that exists in the running kernel, and
 * its proven address. */
struct error *update_symbol_find_original(const struct kernel_image *image,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_symbol **symbol, uint64_t *address);

#endif
