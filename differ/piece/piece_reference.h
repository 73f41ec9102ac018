/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece_reference.h - what a relocation of a piece refers to
 *
 * The edges of the graph of pieces. A reference leads to a place in another piece of the
 * object, or to a symbol that the object leaves undefined.
 */
#ifndef KSPLICE_DIFFER_PIECE_PIECE_REFERENCE_H
#define KSPLICE_DIFFER_PIECE_PIECE_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct elf_reloc;
struct elf_symbol;
struct error;
struct piece;
struct piece_set;

/* What a relocation of a piece refers to. */
struct piece_target {
	struct piece *piece; /* in this object, or NULL */
	int64_t offset; /* from the piece's start, or the addend of the outside symbol;
			   of a pc-relative field less what the field itself adds */
	const char *outside; /* undefined symbol, or NULL */
	uint64_t distance;   /* what a pc-relative field itself adds; else 0 */
	const struct elf_symbol *symbol;
	bool is_branch; /* a call or jmp: runs the target, does not take its address */
};

struct error *piece_resolve_reloc(const struct piece_set *set, const struct piece *piece,
	const struct elf_reloc *reloc, struct piece_target *target);

#endif
