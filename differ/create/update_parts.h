/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_parts.h - the parts of an update: one kernel module for each target that changes
 *
 *     update ─▶ parts, in the order in which they are linked and loaded
 *                 │
 *                 ├─ match: what the core has to find in the target
 *                 └─ the module, once it is linked: what later parts refer to
 *
 * If a part uses a new function or variable of another part, it refers to a place in that
 * part's module, so that module is linked first.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_PARTS_H
#define KSPLICE_DIFFER_CREATE_UPDATE_PARTS_H

#include <stddef.h>

#include "abi/update.h"
#include "differ/create/update_match.h"

struct elf_object;
struct error;
struct piece;
struct target_place;
struct update;
struct update_target;

struct update_part {
	struct update_target *target;
	struct update_match match;
	char *module_name; /* as the kernel will have it: ksplice_<id>, ..._<target> */
	char *file_name;   /* in the archive */
	/* Once it is linked. */
	struct elf_object *linked;
	struct ksplice_target row; /* of kind KSPLICE_TARGET_UPDATE */
};

/*
 * Makes the update's parts of what travels, in order, and reads the patch sites of their
 * targets. Refused are parts that need each other. The parts belong to the update
 * (update_parts_deinit).
 */
struct error *update_parts_make(struct update *update, const char *id);

/* Adds a part about the target, the last one, and reads its patch sites. */
struct error *update_parts_add(
	struct update *update, struct update_target *target, const char *id);

struct update_part *update_part_find(
	const struct update *update, const struct update_target *target);

/* Takes the module at path for what the part became. */
struct error *update_part_take_module(struct update_part *part, const char *path);

/* The place in the linked part of a piece that travels in it (piece->is_shared). */
struct error *update_part_find_place(const struct update_part *part,
	const struct piece *piece, struct target_place *place);

void update_parts_deinit(struct update *update);

#endif
