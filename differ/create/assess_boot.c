// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/name_map.h"

/*
 * What runs once: registrations that boot reads (exports, initcalls, parameters), and the
 * code and data in memory that is freed after boot.
 */

/* What the linker leaves out of vmlinux: the exitcalls and the module information of code
 * that is built in. */
static bool piece_is_left_out(const struct update_unit *unit, const struct piece *piece)
{
	return !unit->target->module && piece->known->placing == SECTION_DISCARDED &&
	       strcmp(piece->known->reason, "export") != 0;
}

static void assess_once(struct update *update, const struct update_unit *unit,
	const struct piece *piece, const char *verb)
{
	if (piece_is_left_out(unit, piece)) {
		finding_add(&update->findings, FINDING_WITHOUT_EFFECT, unit->object,
			update_piece_name(piece),
			"the patch %s %s, which vmlinux leaves out: that is without "
			"effect in the running kernel",
			verb, piece->known->what);
		return;
	}
	finding_add(&update->findings, finding_find_kind(piece->known->reason),
		unit->object, update_piece_name(piece), "the patch %s %s", verb,
		piece->known->what);
}

static void assess_unit_once(struct update *update, const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (piece->role == SECTION_ONCE && piece->state != PIECE_SAME &&
			!assess_is_export(piece))
			assess_once(update, unit, piece,
				piece->state == PIECE_NEW ? "adds" : "changes");
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (piece->role == SECTION_ONCE && !piece->twin &&
			!assess_is_export(piece))
			assess_once(update, unit, piece, "removes");
	}
}

void assess_boot(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		const char *pre = unit->pre_unit.toplevel;
		const char *post = unit->post_unit.toplevel;
		assess_unit_once(update, unit);
		bool is_changed = pre && post ? strcmp(pre, post) != 0 : pre != post;
		if (is_changed && !assess_assembly_is_exports(unit))
			finding_add(&update->findings, FINDING_TOPLEVEL_ASSEMBLY,
				unit->object, "",
				"the patch changes assembly outside of functions");
	}
}

/* ---- init code ----------------------------------------------------------------- */

/* Who touches what. A place is a piece of some unit, or a name outside of all units. */
struct touching {
	struct update *update;
	struct name_map init;      /* touched by changed init code → 1 */
	struct name_map init_anew; /* … and not by what it was before → 1 */
};

/* A text that is the same for the same place; the caller frees it. */
static char *reference_describe(const struct update_reference *reference)
{
	if (reference->piece)
		return memory_format("%p", (const void *)reference->piece);
	return memory_copy_text(reference->outside);
}

static bool piece_is_init(const struct piece *piece)
{
	return piece->kind == SECTION_KIND_INIT &&
	       (piece->role == SECTION_CODE || piece->role == SECTION_DATA);
}

/* Did the code refer to that place before the patch? */
static bool piece_referred_before(const struct update_unit *unit,
	const struct piece *piece, const struct update_reference *reference)
{
	const struct piece *pre = piece->twin;
	for (size_t i = 0; pre && i < pre->reloc_count; i++) {
		struct piece_target target = {0};
		struct error *unclear = piece_resolve_reloc(
			unit->pre_pieces, pre, &pre->relocs[i], &target);
		error_free(unclear);
		if (unclear)
			continue;
		if (target.piece ? target.piece->twin == reference->piece &&
					   reference->piece
				 : !reference->is_local &&
					   strcmp(target.symbol->name,
						   reference->symbol->name) == 0)
			return true;
	}
	return false;
}

/* Notes what the piece touches; through new functions that only it calls also what they
 * touch. */
static void touching_add(struct touching *touching, const struct update_unit *unit,
	const struct piece *piece, int depth)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		struct error *unclear = update_find_reference(
			touching->update, unit, piece, &piece->relocs[i], &reference);
		error_free(unclear);
		if (unclear)
			continue;
		struct piece *to = reference.piece;
		if (to && (to->role == SECTION_MERGED || update_find_whole(to) == piece))
			continue;
		scope_free char *place = reference_describe(&reference);
		name_map_set(&touching->init, place, 1);
		if (!piece_referred_before(unit, piece, &reference))
			name_map_set(&touching->init_anew, place, 1);
		bool is_followed = to && to->role == SECTION_CODE && !to->travels &&
				   to->state == PIECE_NEW && depth < 16;
		if (is_followed)
			touching_add(touching, reference.unit, to, depth + 1);
	}
}

/* Why a change of code or data of boot, or of a module's load and unload, is nothing to
 * the running kernel. */
static const char *init_explain(const struct update_unit *unit, const struct piece *piece)
{
	if (unit->target->module)
		return "is used only when the module is loaded or unloaded; its change "
		       "has no effect in the running kernel";
	if (piece->role == SECTION_CODE)
		return "ran at boot; its change has no effect in the running "
		       "kernel";
	return "was used at boot; its change has no effect in the running "
	       "kernel";
}

static void assess_unit_init(struct touching *touching, const struct update_unit *unit)
{
	struct finding_list *findings = &touching->update->findings;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (!piece_is_init(piece))
			continue;
		/* Ordinary code that the patch marks __init counts as init code. */
		bool was_init = piece->twin && piece->twin->kind == SECTION_KIND_INIT;
		if (piece->state == PIECE_SAME && was_init)
			continue;
		if (piece->twin && !was_init)
			finding_add(findings, FINDING_WITHOUT_EFFECT, unit->object,
				update_piece_name(piece),
				"is used only at boot or load after the patch; the running "
				"kernel keeps it as it is");
		else if (piece->symbol)
			finding_add(findings, FINDING_WITHOUT_EFFECT, unit->object,
				piece->symbol->name, "%s", init_explain(unit, piece));
		touching_add(touching, unit, piece, 0);
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (piece_is_init(piece) && !piece->twin && piece->symbol)
			finding_add(findings, FINDING_WITHOUT_EFFECT, unit->object,
				piece->symbol->name,
				"ran at boot; its removal has no effect in the running "
				"kernel");
	}
}

/* What the patch brings or changes, and both sides touch; or what both touch since the
 * patch, such as a variable that only init code used to set. */
static bool reference_is_dependency(const struct touching *touching,
	const struct update_unit *unit, const struct piece *piece,
	const struct update_reference *reference)
{
	const struct piece *to = reference->piece;
	scope_free char *place = reference_describe(reference);
	int64_t ignored;
	if (!name_map_find(&touching->init, place, &ignored))
		return false;
	if (to && to->role == SECTION_ONCE)
		return false;
	if (to && (to->state != PIECE_SAME || to->in_place))
		return true;
	bool is_data = to ? to->role == SECTION_DATA && to->kind != SECTION_KIND_CONSTANT
			  : !reference->is_branch;
	return is_data && name_map_find(&touching->init_anew, place, &ignored) &&
	       !piece_referred_before(unit, piece, reference);
}

static void assess_dependencies(
	const struct touching *touching, const struct update_unit *unit)
{
	struct finding_list *findings = &touching->update->findings;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		struct piece *piece = &unit->post_pieces->pieces[i];
		for (size_t k = 0; piece->travels && k < piece->reloc_count; k++) {
			struct update_reference reference;
			struct error *unclear = update_find_reference(touching->update,
				unit, piece, &piece->relocs[k], &reference);
			if (unclear) {
				error_free(unclear); /* a finding of the closure */
				continue;
			}
			struct piece *to = reference.piece;
			const char *name = to ? update_piece_name(to) : reference.outside;
			if (to && piece_is_init(to) && to->state != PIECE_SAME)
				finding_add(findings, FINDING_INIT_REFERENCE,
					unit->object,
					update_piece_name(update_find_whole(piece)),
					"uses %s, whose memory is freed after boot or load",
					name);
			else if ((!to || update_find_whole(to) !=
						 update_find_whole(piece)) &&
				 piece->role != SECTION_TABLE &&
				 reference_is_dependency(
					 touching, unit, piece, &reference))
				finding_add(findings, FINDING_INIT_DEPENDENCY,
					unit->object, name,
					"is used by init code that the patch changes, "
					"and by %s, which would find it as boot or load "
					"left it",
					update_piece_name(update_find_whole(piece)));
		}
	}
}

void assess_init(struct update *update)
{
	struct touching touching = {.update = update};
	for (size_t i = 0; i < update->unit_count; i++)
		assess_unit_init(&touching, &update->units[i]);
	for (size_t i = 0; i < update->unit_count; i++)
		assess_dependencies(&touching, &update->units[i]);
	name_map_deinit(&touching.init);
	name_map_deinit(&touching.init_anew);
}
