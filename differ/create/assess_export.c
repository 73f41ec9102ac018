// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>

#include "differ/create/assess.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "lib/text.h"

/* How the symbols of an export begin: include/linux/export.h. */
static const char *const export_prefixes[] = {
	"__ksymtab_",
	"__kstrtab_",
	"__kstrtabns_",
	"__crc_",
	"__export_symbol_",
};

static const char *export_find_name(const char *symbol)
{
	size_t count = sizeof(export_prefixes) / sizeof(export_prefixes[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(symbol, export_prefixes[i]))
			return symbol + strlen(export_prefixes[i]);
	}
	return NULL;
}

/* What the piece exports, by its symbol; NULL if it is no part of an export. */
static const char *piece_find_export(const struct piece *piece)
{
	bool is_export = piece->role == SECTION_ONCE && piece->symbol &&
			 strcmp(piece->known->reason, "export") == 0;
	return is_export ? export_find_name(piece->symbol->name) : NULL;
}

bool assess_is_export(const struct piece *piece)
{
	return piece_find_export(piece);
}

/* Does code of another target of the update use the name? */
static bool name_is_used_elsewhere(
	const struct update *update, const struct update_unit *unit, const char *name)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *other = &update->units[i];
		if (other->target == unit->target)
			continue;
		for (size_t k = 1; k < other->post->symbol_count; k++) {
			const struct elf_symbol *symbol = &other->post->symbols[k];
			if (symbol->section == SHN_UNDEF &&
				strcmp(symbol->name, name) == 0)
				return true;
		}
	}
	return false;
}

/* Nobody who is loaded was built to use a new export. */
static void assess_new_export(
	struct update *update, const struct update_unit *unit, const char *name)
{
	if (name_is_used_elsewhere(update, unit, name))
		finding_add(&update->findings, FINDING_NEW_EXPORT, unit->object, name,
			"is exported by the patch: the other modules of this update can "
			"use it, and those that are loaded later cannot");
	else
		finding_add(&update->findings, FINDING_NEW_EXPORT, unit->object, name,
			"is exported by the patch, but not by the running kernel: modules "
			"that need it cannot be loaded");
}

static bool export_has_changed(const struct piece *piece)
{
	return piece->state == PIECE_CHANGED ||
	       strcmp(piece->section->name, piece->twin->section->name) != 0;
}

/* The piece in which a symbol lies; NULL if it lies in none. */
static struct piece *symbol_find_piece(
	const struct piece_set *set, const struct elf_symbol *symbol)
{
	const struct elf_section *section =
		elf_object_symbol_section(set->object, symbol);
	return section ? piece_set_find(set, section, symbol->value) : NULL;
}

static const struct elf_symbol *object_find_global(
	const struct elf_object *object, const char *name)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		if (symbol->section != SHN_UNDEF && symbol->binding != STB_LOCAL &&
			strcmp(symbol->name, name) == 0)
			return symbol;
	}
	return NULL;
}

/*
 * Modules go on using an export that the patch removes, so what it names must be there,
 * and for everybody: of a function that became static the compiler knows all callers, and
 * what they pass.
 */
static bool export_can_stay(const struct update_unit *unit, const char *name)
{
	const struct elf_symbol *symbol = object_find_global(unit->pre, name);
	const struct piece *pre =
		symbol ? symbol_find_piece(unit->pre_pieces, symbol) : NULL;
	const struct piece *post = pre ? pre->twin : NULL;
	return post && post->symbol && post->kind != SECTION_KIND_INIT &&
	       (post->symbol->binding != STB_LOCAL || !update_find_whole(post)->travels);
}

static void assess_removed_export(
	struct update *update, const struct update_unit *unit, const char *name)
{
	if (export_can_stay(unit, name))
		finding_add(&update->findings, FINDING_OLD_EXPORT, unit->object, name,
			"is no longer exported by the patch; the running kernel goes on "
			"exporting it");
	else
		finding_add(&update->findings, FINDING_EXPORT, unit->object, name,
			"is exported by the running kernel, so that modules may use it "
			"at any time, and the patch takes it away from them");
}

void assess_exports(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			const char *name = piece_find_export(piece);
			if (name && !piece->twin)
				assess_new_export(update, unit, name);
			else if (name && export_has_changed(piece))
				finding_add(&update->findings, FINDING_OLD_EXPORT,
					unit->object, name,
					"is exported in another way by the patch; the "
					"running kernel goes on exporting it as before");
		}
		for (size_t k = 0; k < unit->pre_pieces->count; k++) {
			const struct piece *piece = &unit->pre_pieces->pieces[k];
			const char *name = piece_find_export(piece);
			if (name && !piece->twin)
				assess_removed_export(update, unit, name);
		}
	}
}

/* Comes the piece from C, or is it the same as before, or an export? */
static bool piece_is_explained(const struct piece *piece)
{
	const struct piece *whole = update_find_whole(piece);
	bool is_content = piece->role == SECTION_CODE || piece->role == SECTION_DATA;
	return !is_content || piece->state == PIECE_SAME || whole->recorded ||
	       (piece->role == SECTION_DATA && !piece->symbol);
}

/* Do both names lead to the same place? Assembly may give a thing a second name. */
static bool symbol_is_where_it_was(const struct update_unit *unit,
	const struct elf_symbol *old, const struct elf_symbol *new)
{
	const struct piece *pre = symbol_find_piece(unit->pre_pieces, old);
	const struct piece *post = symbol_find_piece(unit->post_pieces, new);
	if (!pre || !post)
		return !pre && !post && old->section == new->section &&
		       old->value == new->value;
	return pre->twin == post && old->value - pre->offset == new->value - post->offset;
}

/* Is a global symbol of post one of pre, one that C defines, or one of an export? */
static bool symbol_is_explained(
	const struct update_unit *unit, const struct elf_symbol *symbol)
{
	if (symbol->section == SHN_UNDEF || symbol->binding == STB_LOCAL ||
		export_find_name(symbol->name))
		return true;
	const struct piece *piece = symbol_find_piece(unit->post_pieces, symbol);
	if (piece && piece->symbol == symbol && piece->recorded)
		return true;
	const struct elf_symbol *old = object_find_global(unit->pre, symbol->name);
	return old && old->binding == symbol->binding &&
	       symbol_is_where_it_was(unit, old, symbol);
}

/* Does the patch add, remove or change an export of the unit? */
static bool unit_has_other_exports(const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (piece_find_export(piece) &&
			(!piece->twin || export_has_changed(piece)))
			return true;
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		if (piece_find_export(piece) && !piece->twin)
			return true;
	}
	return false;
}

bool assess_assembly_is_exports(const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		if (!piece_is_explained(&unit->post_pieces->pieces[i]))
			return false;
	}
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		bool is_content =
			piece->role == SECTION_CODE || piece->role == SECTION_DATA;
		if (is_content && !piece->twin && piece->symbol &&
			!update_find_whole(piece)->recorded)
			return false;
	}
	for (size_t i = 1; i < unit->post->symbol_count; i++) {
		if (!symbol_is_explained(unit, &unit->post->symbols[i]))
			return false;
	}
	return unit_has_other_exports(unit);
}
