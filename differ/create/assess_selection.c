// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/constant_in_place.h"
#include "differ/create/origin.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "lib/error.h"

static bool piece_is_state(const struct piece *piece)
{
	return piece->role == SECTION_DATA && piece->symbol && piece->size &&
	       (piece->kind == SECTION_KIND_WRITABLE ||
		       piece->kind == SECTION_KIND_RO_AFTER_INIT ||
		       piece->kind == SECTION_KIND_PER_CPU) &&
	       !assess_is_once_state(piece);
}

/* A variable of pre that post has not: what a new one may be meant to be. */
static const struct piece *update_find_gone_state(
	const struct update *update, const struct update_unit **unit)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct piece_set *pre = update->units[i].pre_pieces;
		for (size_t k = 0; k < pre->count; k++) {
			const struct piece *piece = &pre->pieces[k];
			if (piece->twin || piece->is_ambiguous || !piece->identity[0] ||
				!piece_is_state(piece))
				continue;
			*unit = &update->units[i];
			return piece;
		}
	}
	return NULL;
}

static void assess_new_state(
	struct update *update, const struct update_unit *unit, const struct piece *piece)
{
	struct finding_list *findings = &update->findings;
	const char *name = piece->symbol->name;
	const struct update_unit *gone_unit;
	const struct piece *gone = update_find_gone_state(update, &gone_unit);
	if (piece->is_ambiguous)
		finding_add(findings, FINDING_AMBIGUOUS_VARIABLE, unit->object, name,
			"has the name of other variables of its function, and it is not "
			"clear which of them it was before the patch");
	else if (piece->symbol->binding != STB_LOCAL &&
		 update_target_find_global(unit->target, name))
		finding_add(findings, FINDING_MOVED_VARIABLE, unit->object, name,
			"is new in this file, but the running kernel has a variable of "
			"that name from another file");
	else if (gone)
		finding_add(findings, FINDING_LOST_IDENTITY, unit->object, name,
			"is new, and %s of %s is gone: if they are the same variable, the "
			"new code would lose its value",
			gone->symbol->name, gone_unit->object);
	else
		finding_add(findings, FINDING_NEW_VARIABLE, unit->object, name,
			"is part of the update, with its initial value");
}

static void assess_travelling(
	struct update *update, const struct update_unit *unit, const struct piece *piece)
{
	struct finding_list *findings = &update->findings;
	if (update_is_function(piece) && !piece->twin)
		finding_add(findings, FINDING_NEW_FUNCTION, unit->object,
			piece->symbol->name, "is new");
	else if (update_is_function(piece))
		finding_add(findings, FINDING_CHANGED_FUNCTION, unit->object,
			piece->symbol->name, "is replaced");
	else if (piece_is_state(piece) && !piece->in_place)
		assess_new_state(update, unit, piece);
}

/*
 * An address of something new that is stored where no undo finds it: in a variable, in a
 * constant that stays, in a structure that lives on. Of code all addresses of functions
 * count; of data in place everything that it points to.
 */
static void assess_escape(struct update *update, const struct update_unit *unit,
	const struct piece *piece, const struct update_reference *reference)
{
	const struct piece *to = reference->piece;
	bool is_lent = piece->known && piece->known->lends_functions;
	bool is_function = !is_lent && to->role == SECTION_CODE && !to->twin &&
			   !to->owner && !reference->is_branch && !reference->offset;
	if (piece->in_place)
		finding_add(&update->findings, FINDING_ESCAPING_ADDRESS, unit->object,
			update_piece_name(to),
			"is new, and the constant %s points to it: this update cannot be "
			"undone",
			update_piece_name(piece));
	else if (is_function)
		finding_add(&update->findings, FINDING_ESCAPING_ADDRESS, unit->object,
			update_piece_name(to),
			"is new, and its address is stored: this update cannot be undone");
}

/*
 * A section's symbol and a distance say where a reference leads, not to which variable:
 * array[-1] of one variable is the end of the one before it. Where all variables of the
 * section have the distances that they have in the running kernel, both are the same.
 */
static void assess_shared_section(struct update *update, const struct update_unit *unit,
	const struct piece *piece, const struct update_reference *reference)
{
	const struct piece *to = reference->piece;
	const struct update_unit *owner = reference->unit;
	const struct piece_set *set = owner->post_pieces;
	size_t first = set->first[to->section->index];
	size_t end = set->first[to->section->index + 1];
	if (!reference->is_local || reference->symbol->type != STT_SECTION ||
		to->role != SECTION_DATA || end - first < 2 || reference->is_branch)
		return;
	/* Flags and descriptors, one for each statement: none of them is an array, and a
	 * place within one means it. */
	if (to->known && to->known->is_forkable && reference->offset >= 0 &&
		(uint64_t)reference->offset < to->size)
		return;
	bool has_base = false;
	uint64_t base = 0;
	for (size_t i = first; i < end; i++) {
		const struct piece *neighbour = &set->pieces[i];
		uint64_t address;
		bool is_known = neighbour->symbol && neighbour->twin &&
				origin_find_address(owner, neighbour, &address);
		if (is_known && !has_base) {
			base = address - neighbour->offset;
			has_base = true;
		}
		if (is_known && address - neighbour->offset == base)
			continue;
		finding_add(&update->findings, FINDING_AMBIGUOUS_REFERENCE, unit->object,
			update_piece_name(update_find_whole(piece)),
			"refers to %s%+" PRId64 " of %s, and %s is not at that distance "
			"in the running kernel",
			update_piece_name(to), reference->offset, to->section->name,
			update_piece_name(neighbour));
		break;
	}
}

static void assess_references(
	struct update *update, const struct update_unit *unit, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		if (&piece->relocs[i] == piece->idle_reloc ||
			constant_keeps_field(piece, &piece->relocs[i]))
			continue;
		struct error *unclear = update_find_reference(
			update, unit, piece, &piece->relocs[i], &reference);
		if (unclear) {
			error_free(unclear); /* a finding of the closure */
			continue;
		}
		if (!reference.piece)
			continue;
		assess_shared_section(update, unit, piece, &reference);
		if (piece->role != SECTION_TABLE && reference.piece->travels &&
			!update_is_outward(piece, &reference))
			assess_escape(update, unit, piece, &reference);
	}
}

/* What the kernel does with a section that the table does not have, and whether new code
 * needs it to be done again, nobody knows. */
static void assess_sections(struct update *update, const struct update_unit *unit,
	const struct piece_set *set)
{
	for (size_t i = 1; i < set->object->section_count; i++) {
		const struct elf_section *section = &set->object->sections[i];
		if (!kernel_section_is_known(section))
			finding_add(&update->findings, FINDING_UNKNOWN_SECTION,
				unit->object, section->name,
				"is an unknown section, in a file whose code "
				"changes");
	}
}

static void assess_gone_state(struct update *update, const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (!piece->twin && piece->identity[0] && piece_is_state(piece))
			finding_add(&update->findings, FINDING_GONE_VARIABLE,
				unit->object, piece->symbol->name,
				"is removed by the patch; the running kernel keeps it");
	}
}

void assess_selection(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		struct update_unit *unit = &update->units[i];
		if (!unit->has_change)
			continue;
		assess_sections(update, unit, unit->post_pieces);
		assess_sections(update, unit, unit->pre_pieces);
		assess_gone_state(update, unit);
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (!piece->travels)
				continue;
			assess_travelling(update, unit, piece);
			assess_references(update, unit, piece);
		}
	}
}
