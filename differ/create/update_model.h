/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_model.h - the model of an update while it is made
 *
 *     update ─▶ target (vmlinux) ─▶ units ─▶ pieces, one graph over all units
 *                  │                              │
 *                origin: what runs there       findings ─▶ refuse, warn, irreversible
 *
 * A reference of a piece leads to a piece of any unit of the update, or to a symbol that
 * only the running kernel has.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_MODEL_H
#define KSPLICE_DIFFER_CREATE_UPDATE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "differ/create/finding.h"
#include "differ/create/update_hook.h"
#include "lib/name_map.h"

struct elf_reloc;
struct elf_symbol;
struct error;
struct origin;
struct piece;
struct update_unit;

struct update_global {
	struct update_unit *unit;
	struct piece *piece;
};

struct update {
	const struct origin *origin; /* of the one target, vmlinux */
	struct update_unit *units;
	size_t unit_count;
	struct finding_list findings;
	struct update_hook_list hooks;
	/* What the units define for each other: name → position in globals. */
	struct name_map global_numbers;
	struct {
		struct update_global *items;
		size_t count;
		size_t capacity;
	} globals;
	bool has_change; /* something travels */
};

/* Notes what the units' posts define globally. Their pieces must be there. */
void update_collect_globals(struct update *update);

/* Releases what the update owns: not the units, nor the origin. */
void update_deinit(struct update *update);

/* What a relocation of a piece of a unit's post refers to. */
struct update_reference {
	const struct update_unit *unit; /* whose piece it is, if it is one */
	struct piece *piece;            /* NULL: outside of all units */
	const char *outside;            /* name, if there is no piece */
	int64_t offset; /* from the piece's start, less what the field itself adds */
	const struct elf_symbol *symbol; /* of the relocation, in unit's own post */
	bool is_local;                   /* the piece is one of the same unit */
	bool is_branch; /* a call or jmp: runs the target, does not take its address */
};

struct error *update_find_reference(const struct update *update,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, struct update_reference *reference);

/* The function that a part, an entry or a replacement belongs to; else the piece itself.
 */
struct piece *update_find_whole(const struct piece *piece);

/*
 * Must the reference of a travelling piece lead into the running kernel, rather than
 * into the update? True for what does not travel, for what is changed in place, and for
 * the address of a function that is replaced: comparisons must not see two addresses, and
 * what is stored must outlive the update. Calls and jumps go to the new function.
 */
bool update_is_outward(
	const struct piece *piece, const struct update_reference *reference);

/* Is the piece a function, rather than a part of one? */
bool update_is_function(const struct piece *piece);

/* Is the piece the start of a function that gets a trampoline to it? */
bool update_is_replacement(const struct piece *piece);

/* A piece's name in messages. */
const char *update_piece_name(const struct piece *piece);

#endif
