// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_model.h"

#include <stdlib.h>
#include <string.h>

#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

void update_collect_globals(struct update *update)
{
	update->global_target_count = update->targets->count;
	update->global_numbers = memory_allocate(
		update->global_target_count * sizeof(*update->global_numbers));
	for (size_t i = 0; i < update->unit_count; i++) {
		struct update_unit *unit = &update->units[i];
		struct name_map *numbers = &update->global_numbers[unit->target->number];
		for (size_t k = 0; unit->post_pieces && k < unit->post_pieces->count;
			k++) {
			struct piece *piece = &unit->post_pieces->pieces[k];
			int64_t known;
			if (!piece->symbol || piece->symbol->binding == STB_LOCAL)
				continue;
			/* Of a weak and a strong one the linker takes the strong one. */
			bool is_weak = piece->symbol->binding == STB_WEAK;
			if (is_weak &&
				name_map_find(numbers, piece->symbol->name, &known))
				continue;
			name_map_set(numbers, piece->symbol->name,
				(int64_t)update->globals.count);
			struct update_global *global = array_add(&update->globals);
			global->unit = unit;
			global->piece = piece;
		}
	}
}

void update_deinit(struct update *update)
{
	finding_list_deinit(&update->findings);
	for (size_t i = 0; i < update->global_target_count; i++)
		name_map_deinit(&update->global_numbers[i]);
	free(update->global_numbers);
	free(update->globals.items);
	free(update->hooks.items);
}

/* How the symbols of exports begin: include/linux/export.h, since 6.4 linkage.h. */
static const char *const export_prefixes[] = {"__ksymtab_", "__export_symbol_"};

/* Is there an export of that name in what the patch makes of the unit? */
static bool unit_exports(const struct update_unit *unit, const char *name)
{
	size_t count = sizeof(export_prefixes) / sizeof(export_prefixes[0]);
	for (size_t i = 1; i < unit->post->symbol_count; i++) {
		const char *symbol = unit->post->symbols[i].name;
		for (size_t k = 0; k < count; k++) {
			if (text_has_prefix(symbol, export_prefixes[k]) &&
				strcmp(symbol + strlen(export_prefixes[k]), name) == 0)
				return true;
		}
	}
	return false;
}

/*
 * The unit of the update that defines what a unit of the target means by a name: one of
 * the same target; else, if that target has not the name itself, one of vmlinux, or one
 * of another module that exports it.
 */
static bool update_find_global(const struct update *update,
	const struct update_target *target, const char *name, int64_t *number)
{
	const struct name_map *numbers = update->global_numbers;
	if (name_map_find(&numbers[target->number], name, number))
		return true;
	if (!target->module || update_target_find_global(target, name))
		return false;
	/* vmlinux is the first. */
	for (size_t i = 0; i < update->global_target_count; i++) {
		if (i != target->number && name_map_find(&numbers[i], name, number) &&
			(!i || unit_exports(update->globals.items[*number].unit, name)))
			return true;
	}
	return false;
}

struct error *update_find_reference(const struct update *update,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, struct update_reference *reference)
{
	struct piece_target target;
	int64_t number;
	try(piece_resolve_reloc(unit->post_pieces, piece, reloc, &target));
	struct update_reference found = {
		.unit = unit,
		.piece = target.piece,
		.outside = target.outside,
		.offset = target.offset,
		.symbol = target.symbol,
		.is_local = target.piece,
		.is_branch = target.is_branch,
	};
	if (!found.piece &&
		update_find_global(update, unit->target, target.symbol->name, &number)) {
		found.unit = update->globals.items[number].unit;
		found.piece = update->globals.items[number].piece;
		found.outside = NULL;
		found.is_other_part = found.unit->target != unit->target;
	}
	*reference = found;
	return NULL;
}

struct piece *update_find_whole(const struct piece *piece)
{
	while (piece->owner && piece->owner != piece)
		piece = piece->owner;
	return (struct piece *)piece;
}

bool update_is_outward(
	const struct piece *piece, const struct update_reference *reference)
{
	const struct piece *to = reference->piece;
	if (!to || !to->travels || to->in_place)
		return true;
	if (reference->is_other_part)
		return to->role == SECTION_CODE && to->twin;
	/* Only another function's, or a variable's, use of its address counts: tables
	 * are about this very copy, and a function knows its own places. */
	bool takes_address = piece->role != SECTION_TABLE;
	return to->role == SECTION_CODE && to->twin && takes_address &&
	       !reference->is_branch && reference->offset == 0;
}

bool update_is_function(const struct piece *piece)
{
	return piece->role == SECTION_CODE && piece->symbol && !piece->owner;
}

bool update_is_replacement(const struct piece *piece)
{
	return piece->travels && update_is_function(piece) && piece->twin;
}

const char *update_piece_name(const struct piece *piece)
{
	return piece->symbol ? piece->symbol->name : piece->section->name;
}
