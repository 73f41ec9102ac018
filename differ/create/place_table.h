/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place_table.h - places as an update module has them: a row of its table of targets, and
 * names of sections among its texts (struct ksplice_place)
 *
 * An update module has two such tables: one for hunks and sites, with the match blob, and
 * one for the symbol list, with that list's strings.
 */
#ifndef KSPLICE_DIFFER_CREATE_PLACE_TABLE_H
#define KSPLICE_DIFFER_CREATE_PLACE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "abi/update.h"
#include "lib/name_map.h"

struct target_place;
struct text;

/* Zero-initialise it; release with place_table_deinit. */
struct place_table {
	struct ksplice_target *rows;
	size_t count;
	size_t capacity;
	struct name_map sections; /* name → offset in the texts */
};

/* The number of the target's row, which is added if it is new. */
uint32_t place_table_add_target(
	struct place_table *table, const struct ksplice_target *target);

/* What stands for the place; strings gets the name of its section. It has to be the same
 * text each time. What does not move has no target. */
struct ksplice_place place_table_encode(struct place_table *table, struct text *strings,
	const struct target_place *place);

void place_table_deinit(struct place_table *table);

#endif
