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

const char *assess_find_served_export(const struct update *update,
	const struct update_unit *unit, const struct piece *piece)
{
	const char *name = piece->symbol && piece->role == SECTION_ONCE
				   ? export_find_name(piece->symbol->name)
				   : NULL;
	bool is_served = name && piece->state == PIECE_NEW &&
			 name_is_used_elsewhere(update, unit, name);
	return is_served ? name : NULL;
}

/* Comes the piece from C, or is it the same as before, or an export? */
static bool piece_is_explained(const struct piece *piece)
{
	const struct piece *whole = update_find_whole(piece);
	bool is_content = piece->role == SECTION_CODE || piece->role == SECTION_DATA;
	return !is_content || piece->state == PIECE_SAME || whole->recorded ||
	       (piece->role == SECTION_DATA && !piece->symbol);
}

/* Is a global symbol of post one of pre, one that C defines, or one of an export? */
static bool symbol_is_explained(
	const struct update_unit *unit, const struct elf_symbol *symbol)
{
	if (symbol->section == SHN_UNDEF || symbol->binding == STB_LOCAL ||
		export_find_name(symbol->name))
		return true;
	for (size_t i = 1; i < unit->pre->symbol_count; i++) {
		const struct elf_symbol *old = &unit->pre->symbols[i];
		if (old->section != SHN_UNDEF && old->binding == symbol->binding &&
			strcmp(old->name, symbol->name) == 0)
			return true;
	}
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		if (piece->symbol == symbol)
			return piece->recorded;
	}
	return false;
}

bool assess_assembly_is_exports(
	const struct update *update, const struct update_unit *unit)
{
	bool has_export = false;
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		const struct piece *piece = &unit->post_pieces->pieces[i];
		has_export |= assess_find_served_export(update, unit, piece) != NULL;
		if (!piece_is_explained(piece))
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
	return has_export;
}
