/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_unit.h - one unit that the patch touches, from its record to what differs
 *
 *     record ─▶ compile pre, post ─▶ prove pre ─▶ pieces ─▶ compare
 *
 * What must hold at the end: pre is the code that the kernel was built from, function by
 * function, and every section of the original object that the update refers to has a
 * proven place in its target.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_UNIT_H
#define KSPLICE_DIFFER_CREATE_UPDATE_UNIT_H

#include <stdbool.h>

#include "differ/index/index.h"
#include "differ/tree/build_record.h"
#include "lib/name_map.h"

struct elf_object;
struct error;
struct json_t;
struct kernel_layout;
struct kernel_tree;
struct patched_files;
struct piece;
struct piece_set;
struct placement;
struct update_target;

struct update_unit {
	const struct index_unit *index_unit;
	struct update_target *target; /* what it is linked into */
	const char *object;           /* relative to the object tree */
	struct record record;         /* of the build */
	struct record pre_unit;       /* of our compiles: the plugin's part alone */
	struct record post_unit;
	struct elf_object *original; /* as linked */
	struct placement *places;    /* of its sections, in the target's image */
	struct elf_object *pre;
	struct elf_object *post;
	struct piece_set *pre_pieces;
	struct piece_set *post_pieces;
	struct name_map built_variables; /* identity → number in the record's variables */
	struct name_map original_symbols; /* name → number in original, -1: several */
	struct json_t *warnings;          /* new ones of the compiler about post, texts */
	bool has_change;                  /* something of it travels */
};

/* What a unit is prepared from. */
struct update_source {
	const struct kernel_tree *tree;
	const struct index *index;
	const struct patched_files *files;
	const struct kernel_layout *layout;
	const char *shadow; /* folder, see shadow.h */
	const char *work;   /* folder for what is compiled */
};

/* Reads the record and checks compiler and object. The target is the unit's. */
struct error *update_unit_open(const struct update_source *source,
	const struct index_unit *index_unit, struct update_target *target,
	struct update_unit *unit);

/* Compiles pre and post. What the compiler says of post, and not of pre, is about the
 * patched source as the user has it; it is kept in the unit. Several units may be
 * compiled at the same time. */
struct error *update_unit_compile(
	const struct update_source *source, struct update_unit *unit);

/* Appends what the compiler said to warnings (an array of texts), but for what is in
 * there: a header is compiled in many units. */
void update_unit_hear(const struct update_unit *unit, struct json_t *warnings);

/* Refuses by name a function of pre that is not what the record says. */
struct error *update_unit_prove(
	const struct update_source *source, const struct update_unit *unit);

/*
 * Refuses by name an object that is not what its record says: compiled once more just as
 * the build did, it must come out as it was linked. For units whose pre cannot be
 * compared with vmlinux piece by piece, because the assembler chose shorter jumps where
 * functions share a section.
 */
struct error *update_unit_prove_object(
	const struct update_source *source, const struct update_unit *unit);

/* Takes both compiles apart and says of each piece what became of it. */
struct error *update_unit_compare(
	const struct update_source *source, struct update_unit *unit);

void update_unit_deinit(struct update_unit *unit);

#endif
