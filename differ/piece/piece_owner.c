// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_making.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

/*
 * Owning: an entry of a table belongs to the code that it is about, a replacement to the
 * code that it replaces, and the unlikely part of a function to that function.
 */

/* The linker's and the compiler's name for the unlikely part of a function. */
static const char cold_suffix[] = ".cold";

/* The function that a table entry is about: where its owner field points. */
static struct error *piece_find_owner(struct piece_making *making, struct piece *piece)
{
	uint64_t size;
	uint64_t owner;
	struct piece_target target;
	try(kernel_section_entry(piece->known, making->layout, &size, &owner));
	const struct elf_reloc *reloc =
		section_find_reloc(piece->section, piece->offset + owner);
	if (reloc)
		try(piece_resolve_reloc(making->set, piece, reloc, &target));
	if (!reloc || !target.piece)
		return error_refused("unknown-layout",
			"%s: %s+0x%" PRIx64 ": does not refer to code",
			making->set->object->path, piece->section->name, piece->offset);
	piece->owner = target.piece;
	return NULL;
}

/* Gives replacements the owner of the entry that refers to them. */
static struct error *piece_own_replacement(
	struct piece_making *making, struct piece *entry)
{
	const struct kernel_layout *layout = making->layout;
	struct piece_target target = {0};
	const struct elf_reloc *reloc = section_find_reloc(
		entry->section, entry->offset + layout->alternative_replacement);
	if (strcmp(entry->section->name, ".altinstructions") != 0 || !reloc)
		return NULL;
	const uint8_t *data = entry->section->data + entry->offset;
	if (!data[layout->alternative_replacement_length]) {
		entry->idle_reloc = reloc;
		return NULL;
	}
	try(piece_resolve_reloc(making->set, entry, reloc, &target));
	if (target.piece && target.piece->role == SECTION_REPLACEMENT)
		target.piece->owner = entry->owner;
	return NULL;
}

/* What a function jumps to belongs to it. */
static void piece_own_auxiliary(struct piece_making *making, struct piece *function)
{
	const struct elf_object *object = making->set->object;
	const struct elf_section *section =
		elf_object_find_section(object, ".altinstr_aux");
	uint64_t offset;
	for (size_t i = 0; section && i < function->reloc_count; i++) {
		if (!piece_find_auxiliary(object, &function->relocs[i], section, &offset))
			continue;
		struct piece *part = piece_set_find(making->set, section, offset);
		if (part)
			part->owner = function;
	}
}

struct error *piece_find_owners(struct piece_making *making)
{
	struct piece_set *set = making->set;
	scope_name_map struct name_map functions = {0};
	for (size_t i = 0; i < set->count; i++) {
		if (set->pieces[i].role == SECTION_CODE && set->pieces[i].symbol)
			name_map_set(&functions, set->pieces[i].symbol->name, (int64_t)i);
	}
	for (size_t i = 0; i < set->count; i++) {
		struct piece *piece = &set->pieces[i];
		int64_t number;
		if (piece->role == SECTION_TABLE) {
			try(piece_find_owner(making, piece));
			try(piece_own_replacement(making, piece));
		} else if (piece->role == SECTION_CODE && piece->symbol &&
			   text_has_suffix(piece->symbol->name, cold_suffix)) {
			const char *name = piece->symbol->name;
			scope_free char *base = memory_copy_range(
				name, strlen(name) - strlen(cold_suffix));
			if (name_map_find(&functions, base, &number))
				piece->owner = &set->pieces[number];
		}
		if (piece->role == SECTION_CODE)
			piece_own_auxiliary(making, piece);
	}
	/* An entry about a replacement is about the function that the replacement is for.
	 */
	for (size_t i = 0; i < set->count; i++) {
		struct piece *owner = set->pieces[i].owner;
		if (owner && owner->role == SECTION_REPLACEMENT)
			set->pieces[i].owner = owner->owner;
	}
	return NULL;
}
