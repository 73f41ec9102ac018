/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_model.h - the model of an update while it is made
 *
 *     update ─▶ targets: vmlinux, modules ─▶ units ─▶ pieces, one graph over all units
 *                  │                              │
 *                origin: what runs there       findings ─▶ refuse, warn, irreversible
 *
 * A reference of a piece leads to a piece of any unit of the update, or to a symbol that
 * only the running kernel has. What travels for one target is one part of the update, a
 * module of its own.
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
struct piece;
struct update_part;
struct update_targets;
struct update_unit;

struct update_global {
	struct update_unit *unit;
	struct piece *piece;
};

struct update {
	struct update_targets *targets;
	struct update_unit *units;
	size_t unit_count;
	struct finding_list findings;
	/* What the units define for each other, by the number of their target, since two
	 * modules may each have their own: name → position in globals. */
	struct name_map *global_numbers;
	size_t global_target_count;
	struct update_hook_list hooks;
	struct {
		struct update_global *items;
		size_t count;
		size_t capacity;
	} globals;
	bool has_change; /* something travels */
	/* Of what travels, by target; see update_parts.h. */
	struct update_part *parts;
	size_t part_count;
};

/* Notes what the units' posts define globally. Their pieces must be there. */
void update_collect_globals(struct update *update);

/* Releases what the update owns: not the units, parts and targets. */
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
	/* The piece is one of another target: what travels of it is in another part. */
	bool is_other_part;
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
 * what is stored must outlive the update. Calls and jumps go to the new function, but
 * for those from another part, which find the jump in the old one.
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
