/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_match.h - the data with which ksplice.ko checks the code that an update replaces
 *
 * For each function that is replaced, each further part of it, and each constant that is
 * replaced in place: its bytes as the target has them, and the sites at which memory may
 * differ from that (abi/update.h). There is one match for each part of an update: all of
 * its hunks are in one target.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_MATCH_H
#define KSPLICE_DIFFER_CREATE_UPDATE_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "abi/update.h"
#include "differ/create/place_table.h"
#include "lib/text.h"

struct elf_symbol;
struct error;
struct piece;
struct update_target;
struct update_targets;
struct update_unit;

struct match_hunk {
	struct ksplice_hunk hunk; /* post is left 0 */
	const char *name;         /* of the function, part or constant, borrowed */
	const struct update_unit *unit;
	const struct piece *piece; /* of post, that replaces it; NULL for a part */
};

struct update_match {
	struct update_targets *targets;
	const struct update_target *target; /* its sites have been read */
	struct match_hunk *items;
	size_t count;
	size_t capacity;
	struct ksplice_site *sites;
	size_t site_count;
	size_t site_capacity;
	struct text blob;          /* the match blob */
	struct place_table places; /* with texts in the blob; row 0 is the target */
};

/* Reads the target's patch sites. targets and target have to outlive the match. */
struct error *update_match_init(struct update_match *match,
	struct update_targets *targets, struct update_target *target);

/*
 * Adds the hunk of one function of the unit's original object, at its proven address: to
 * be matched and watched, without a trampoline.
 */
struct error *update_match_add_function(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *function,
	uint64_t address);

/*
 * Adds the hunks of a function that piece replaces: itself and its .cold parts. Refused
 * is what a trampoline cannot be put on: too short, or rewritten in that place while
 * the kernel runs.
 */
struct error *update_match_add(struct update_match *match, const struct update_unit *unit,
	const struct piece *piece);

/*
 * Adds the hunks of a function of pre that post has not, and of its parts: nobody may be
 * in it when the functions change that it calls.
 */
struct error *update_match_add_gone(struct update_match *match,
	const struct update_unit *unit, const struct piece *pre);

/*
 * Adds the hunk of a constant that piece replaces in place (piece->in_place). Refused is
 * one that is not in the target's read-only data, has another size there, or has content
 * that holds for one place only: distances to something.
 */
struct error *update_match_add_constant(struct update_match *match,
	const struct update_unit *unit, const struct piece *piece);

void update_match_deinit(struct update_match *match);

#endif
