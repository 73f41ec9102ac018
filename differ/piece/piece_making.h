/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece_making.h - shared by the passes that divide an object into pieces
 *
 *     piece_cut ─▶ piece_owner ─▶ piece_identity        (in the order of
 * piece_set_create)
 *
 * Only the files in this folder that make pieces include it.
 */
#ifndef KSPLICE_DIFFER_PIECE_PIECE_MAKING_H
#define KSPLICE_DIFFER_PIECE_PIECE_MAKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/name_map.h"

struct elf_object;
struct elf_reloc;
struct elf_section;
struct elf_symbol;
struct error;
struct json_t;
struct kernel_layout;
struct piece;
struct piece_set;
struct record;

struct piece_making {
	struct piece_set *set;
	const struct kernel_layout *layout;
	const struct record *record;
	struct name_map variable_numbers; /* name → position in the record's variables */
	struct name_map function_numbers; /* likewise */
	struct name_map seen;             /* identity stem → how many so far */
	struct {
		struct piece *items;
		size_t count;
		size_t capacity;
	} pieces;
	const struct elf_symbol **symbols; /* those that name something, by place */
	size_t symbol_count;
};

/* Cuts one section and adds its pieces, in their order. Those that a symbol names, and
 * those that their content identifies, get their identity at once. */
struct error *piece_cut_section(
	struct piece_making *making, const struct elf_section *section);

/* Sets the owners of all pieces, which have their relocations by now. */
struct error *piece_find_owners(struct piece_making *making);

/* Who the piece of a symbol is; the caller frees it. */
char *piece_identity_of_symbol(
	struct piece_making *making, const struct elf_symbol *symbol);

/* Gives an identity to each piece that has none: by whom it belongs to, or its section.
 */
void piece_identify_rest(struct piece_making *making);

/* What the record has about the symbol, a function or a variable; NULL if nothing. */
const struct json_t *piece_find_recorded(
	const struct piece_making *making, const struct elf_symbol *symbol);

/* Where in the section of auxiliary code the relocation of a function leads; false if it
 * leads elsewhere. */
bool piece_find_auxiliary(const struct elf_object *object, const struct elf_reloc *reloc,
	const struct elf_section *section, uint64_t *offset);

/* The relocation at the offset of a section; NULL if there is none. */
const struct elf_reloc *section_find_reloc(
	const struct elf_section *section, uint64_t offset);

#endif
