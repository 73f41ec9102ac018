/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece.h - an object file taken apart into the smallest parts that can travel
 *
 * A piece is a function, a variable, a string, or an entry of a table about code.
 * Pieces refer to each other by relocations; an update is a closed set of pieces
 * (closure.h). Pre and post are compared piece by piece (compare.h).
 *
 *     object ──piece_set_create──▶ pieces ──compare──▶ same / changed / new
 */
#ifndef KSPLICE_DIFFER_PIECE_PIECE_H
#define KSPLICE_DIFFER_PIECE_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "differ/elf/kernel_section.h"

struct elf_object;
struct elf_reloc;
struct elf_symbol;
struct error;
struct json_t;
struct record;
struct kernel_layout;

enum piece_state {
	PIECE_NEW = 0, /* no piece of the other object corresponds */
	PIECE_SAME,
	PIECE_CHANGED,
};

struct piece {
	const struct elf_section *section;
	uint64_t offset; /* in the section */
	uint64_t size;
	enum section_role role;
	enum section_kind kind;             /* of its section */
	const struct kernel_section *known; /* of its section, or NULL */
	const struct elf_symbol *symbol;    /* that names it, or NULL */
	const struct json_t *recorded; /* the record's entry for the symbol, or NULL */
	/* Who it is, the same in each compile of the same source; "" if nobody can say:
	 * such a piece corresponds to nothing. */
	char *identity;
	const struct elf_reloc *relocs; /* those within it */
	size_t reloc_count;
	/* Of an entry in .altinstructions: the one to a replacement of no bytes, or NULL.
	 * It leads to whatever follows there, and nobody reads that. */
	const struct elf_reloc *idle_reloc;
	struct piece *owner; /* the function a table entry or a replacement is about, and
				the function a .cold part is part of; or NULL */
	enum piece_state state; /* against the twin; see compare.h */
	struct piece *twin;
	/* Of several that have its name, nobody can say which one of the other compile it
	 * is; its identity is "". */
	bool is_ambiguous;
	/* Declared where the patch brings lines: their numbers are those of lines that it
	 * removes, or of nothing. */
	bool is_in_hunk;
	bool travels; /* see closure.h */
	/* Its new content replaces the running kernel's where that is: it travels, and
	 * everything that refers to it refers to the running kernel's. */
	bool in_place;
	bool is_shared; /* it travels, and another part of the update refers to it */
	bool *kept; /* of those, by reloc: see constant_keeps_field; or NULL */
};

struct piece_set {
	const struct elf_object *object;
	struct piece *pieces; /* by section, then offset */
	size_t count;
	size_t *first; /* by section index: its first piece; [n + 1] ends it */
};

/*
 * Takes the object apart. Of the record of this very object its functions and variables
 * are used, where it has them: without, a static local is known by its name without its
 * number alone, and what has several names by any of them. Refused are tables that cannot
 * be understood.
 */
struct error *piece_set_create(const struct elf_object *object,
	const struct kernel_layout *layout, const struct record *record,
	struct piece_set **set);
void piece_set_free(struct piece_set *set);

/* The piece at the offset of a section, or the one that ends there if none starts there;
 * NULL if there is none. */
struct piece *piece_set_find(
	const struct piece_set *set, const struct elf_section *section, uint64_t offset);

/* Is it code, of whatever kind? */
bool piece_is_code(const struct piece *piece);

/* "name+0xoff" of a place in a piece, for messages; the caller frees it. */
char *piece_describe(const struct piece *piece, uint64_t offset);

#define scope_piece_set __attribute__((cleanup(cleanup_piece_set)))
static inline void cleanup_piece_set(struct piece_set **set)
{
	piece_set_free(*set);
}

#endif
