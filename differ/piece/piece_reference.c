// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/piece_reference.h"

#include <inttypes.h>
#include <string.h>

#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "lib/cleanup.h"
#include "lib/error.h"

bool piece_is_code(const struct piece *piece)
{
	return piece->role == SECTION_CODE || piece->role == SECTION_REPLACEMENT ||
	       piece->role == SECTION_AUXILIARY;
}

/* Is the field the displacement of a call, a jmp or a conditional jump? */
static bool reloc_is_branch(const struct piece *piece, const struct elf_reloc *reloc)
{
	if (!piece_is_code(piece))
		return false;
	if (reloc->type == R_X86_64_PLT32)
		return true;
	const uint8_t *field = piece->section->data + reloc->offset;
	uint64_t before = reloc->offset - piece->offset;
	if (reloc->type != R_X86_64_PC32 || !before)
		return false;
	return field[-1] == 0xe8 || field[-1] == 0xe9 ||
	       (before > 1 && field[-2] == 0x0f && (field[-1] & 0xf0) == 0x80);
}

/*
 * What a pc-relative field of an instruction adds: it counts from the instruction's
 * end, which may lie behind an immediate operand. 0 if that cannot be decoded. Where no
 * other piece can be meant, the common case will do: both of two equal instructions
 * are off by the same, and one that takes an address has no immediate.
 */
static uint64_t reloc_find_distance(
	const struct piece *piece, const struct elf_reloc *reloc, bool is_exact)
{
	if (!is_exact)
		return elf_reloc_width(reloc->type);
	uint64_t offset = reloc->offset - piece->offset;
	uint64_t end = disassembly_find_end(
		piece->section->data + piece->offset, piece->size, offset);
	return end > offset ? end - offset : 0;
}

struct error *piece_resolve_reloc(const struct piece_set *set, const struct piece *piece,
	const struct elf_reloc *reloc, struct piece_target *target)
{
	const struct elf_symbol *symbol = &set->object->symbols[reloc->symbol];
	const struct elf_section *section =
		elf_object_symbol_section(set->object, symbol);
	struct piece_target found = {.symbol = symbol, .offset = reloc->addend};
	found.is_branch = reloc_is_branch(piece, reloc);
	if (!section) {
		if (symbol->section != SHN_UNDEF || !symbol->name[0])
			return error_refused("unknown-symbol",
				"%s: %s: has no definition", set->object->path,
				symbol->name);
		found.outside = symbol->name;
		*target = found;
		return NULL;
	}
	bool is_code = piece_is_code(piece);
	size_t first = set->first[section->index];
	bool is_alone = set->first[section->index + 1] - first == 1;
	uint64_t distance = 0;
	if (is_code && elf_reloc_is_relative(reloc->type)) {
		bool is_exact =
			symbol->type == STT_SECTION && !is_alone && !found.is_branch;
		distance = reloc_find_distance(piece, reloc, is_exact);
		if (!distance) {
			scope_free char *place =
				piece_describe(piece, reloc->offset - piece->offset);
			return error_refused("unknown-instruction",
				"%s: %s: cannot be decoded", set->object->path, place);
		}
	}
	/* A symbol of its own says which piece is meant; a section's symbol leaves it to
	 * the addend. */
	uint64_t aimed = symbol->value + (uint64_t)reloc->addend + distance;
	uint64_t named = symbol->type == STT_SECTION ? aimed : symbol->value;
	found.piece =
		is_alone ? &set->pieces[first] : piece_set_find(set, section, named);
	if (!found.piece && kernel_section_role(section) != SECTION_IGNORED)
		return error_refused("unnamed-content",
			"%s: %s+0x%" PRIx64 ": refers to unknown data", set->object->path,
			section->name, named);
	if (!found.piece) {
		/* Into a section that is not loaded: .discard and the like. */
		found.outside = section->name;
		*target = found;
		return NULL;
	}
	found.offset = (int64_t)(aimed - found.piece->offset);
	found.distance = distance;
	*target = found;
	return NULL;
}
