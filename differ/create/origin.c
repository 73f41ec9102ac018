// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/origin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/index/placement.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"

/* The name under which the build linked a piece of pre: a static local has another
 * number in each compile, but one identity. */
static const char *origin_find_built_name(
	const struct update_unit *unit, const struct piece *pre)
{
	const char *identity =
		pre->role == SECTION_CODE ? NULL : json_find_text(pre->recorded, "id");
	int64_t number;
	if (!identity)
		return pre->symbol->name;
	if (!name_map_find(&unit->built_variables, identity, &number))
		return NULL;
	const struct json_t *built =
		json_find_item(unit->record.variables, (size_t)number);
	return json_find_text(built, "name");
}

struct error *origin_find_symbol(const struct update_unit *unit,
	const struct piece *piece, const struct elf_symbol **symbol, uint64_t *address)
{
	bool is_post = piece >= unit->post_pieces->pieces &&
		       piece < unit->post_pieces->pieces + unit->post_pieces->count;
	const struct piece *pre = is_post ? piece->twin : piece;
	if (!piece->symbol || (pre && !pre->symbol))
		return error_refused("unnamed-content",
			"%s: the changed code refers to data in %s that no symbol "
			"names",
			unit->object, piece->section->name);
	const char *name = pre ? origin_find_built_name(unit, pre) : NULL;
	int64_t number;
	if (!name || !name_map_find(&unit->original_symbols, name, &number))
		return error_refused("not-reproduced",
			"%s: %s: is not in the object that was linked into %s",
			unit->object, piece->symbol->name, unit->target->row.name);
	if (number < 0)
		return error_refused("ambiguous-symbol", "%s: has two symbols named %s",
			unit->object, name);
	const struct elf_symbol *found = &unit->original->symbols[number];
	uint64_t place;
	const struct elf_section *section =
		elf_object_symbol_section(unit->original, found);
	if (!placement_find_symbol(unit->original, unit->places, found, &place))
		return error_refused("unproven-place",
			"%s: %s: its place in %s could not be proven (section %s)",
			unit->object, name, unit->target->row.name,
			section ? section->name : "none");
	if (found->binding != STB_LOCAL) {
		const struct elf_symbol *global =
			kernel_image_find_global(unit->target->image, name);
		if (!global || global->value != place)
			return error_refused("overridden-symbol",
				"%s: %s: is weak, and %s uses the definition of another file",
				unit->object, name, unit->target->row.name);
	}
	*symbol = found;
	*address = place;
	return NULL;
}

bool origin_find_address(
	const struct update_unit *unit, const struct piece *piece, uint64_t *address)
{
	const struct elf_symbol *symbol;
	struct error *error = origin_find_symbol(unit, piece, &symbol, address);
	error_free(error);
	return !error;
}

/* ---- the proof ----------------------------------------------------------------- */

struct proving {
	const struct update_unit *unit;
	const struct piece *piece; /* of pre, at address in the target */
	uint64_t address;
	const uint8_t *bytes;
};

/* The value that a field in the image stands for: what it points to, less its addend. */
static uint64_t field_read(const uint8_t *field, const struct elf_reloc *reloc)
{
	uint64_t value = 0;
	unsigned width = elf_reloc_width(reloc->type);
	memcpy(&value, field, width);
	if (width == 4 && reloc->type != R_X86_64_32)
		value = (uint64_t)(int64_t)(int32_t)value;
	return value;
}

/* Strings and nameless constants have no place of their own: what is there has to be
 * equal, as far as no relocation fills it in. */
static bool proving_check_content(const struct proving *proving,
	const struct piece_target *target, uint64_t address)
{
	const struct piece *piece = target->piece;
	uint64_t offset = (uint64_t)target->offset;
	if (!piece->section->data || offset > piece->size)
		return true;
	const uint8_t *wanted = piece->section->data + piece->offset;
	const uint8_t *found = kernel_image_find_bytes(
		proving->unit->target->image, address, piece->size - offset);
	if (!found)
		return false;
	uint64_t done = offset;
	for (size_t i = 0; i < piece->reloc_count; i++) {
		uint64_t at = piece->relocs[i].offset - piece->offset;
		if (at >= done && memcmp(found + done - offset, wanted + done, at - done))
			return false;
		if (at >= done)
			done = at + elf_reloc_width(piece->relocs[i].type);
	}
	return memcmp(found + done - offset, wanted + done, piece->size - done) == 0;
}

static bool proving_check_reloc(
	const struct proving *proving, const struct elf_reloc *reloc)
{
	const struct update_unit *unit = proving->unit;
	uint64_t offset = reloc->offset - proving->piece->offset;
	uint64_t place = proving->address + offset;
	uint64_t value = field_read(proving->bytes + offset, reloc);
	bool is_relative = elf_reloc_is_relative(reloc->type);
	uint64_t pointed = is_relative ? value + place : value;
	struct piece_target target;
	struct error *unclear =
		piece_resolve_reloc(unit->pre_pieces, proving->piece, reloc, &target);
	error_free(unclear);
	if (unclear)
		return true; /* said by its own name where it matters */
	uint64_t wanted = (uint64_t)reloc->addend;
	if (!target.piece) {
		const struct elf_symbol *global = kernel_image_find_global(
			proving->unit->target->image, target.outside);
		if (!global && target.symbol->binding != STB_WEAK)
			return target.symbol->section != SHN_UNDEF;
		wanted += global ? global->value : 0;
	} else {
		uint64_t address;
		if (target.piece->role == SECTION_MERGED || !target.piece->symbol ||
			!target.piece->identity[0])
			return proving_check_content(
				proving, &target, pointed + (uint64_t)target.distance);
		/* A weak one that another file overrides is not the one that is meant. */
		const struct elf_symbol *global =
			target.piece->symbol->binding == STB_LOCAL
				? NULL
				: kernel_image_find_global(proving->unit->target->image,
					  target.piece->symbol->name);
		if (global)
			address = global->value;
		else if (!origin_find_address(unit, target.piece, &address))
			return true;
		wanted += address + target.symbol->value - target.piece->offset;
	}
	if (is_relative)
		wanted -= place;
	return memcmp(&wanted, proving->bytes + offset, elf_reloc_width(reloc->type)) ==
	       0;
}

/* Is the piece in the target, byte by byte? If not, at is the first that differs. */
static bool proving_check_piece(const struct proving *proving, uint64_t *at)
{
	const struct piece *piece = proving->piece;
	const uint8_t *wanted = piece->section->data + piece->offset;
	uint64_t done = 0;
	for (size_t i = 0; i <= piece->reloc_count; i++) {
		const struct elf_reloc *reloc =
			i < piece->reloc_count ? &piece->relocs[i] : NULL;
		uint64_t end = reloc ? reloc->offset - piece->offset : piece->size;
		for (; done < end; done++) {
			if (wanted[done] != proving->bytes[done]) {
				*at = done;
				return false;
			}
		}
		if (!reloc)
			break;
		unsigned width = elf_reloc_width(reloc->type);
		if (width && !proving_check_reloc(proving, reloc)) {
			*at = end;
			return false;
		}
		if (end + width > done)
			done = end + width;
	}
	return true;
}

static struct error *origin_prove_piece(
	const struct update_unit *unit, const struct piece *piece)
{
	struct proving proving = {unit, piece};
	const struct elf_symbol *symbol;
	uint64_t at = 0;
	struct error *unknown =
		origin_find_symbol(unit, piece, &symbol, &proving.address);
	error_free(unknown);
	if (unknown || !piece->size)
		return NULL; /* said by its own name where it matters */
	if (symbol->size && symbol->size != piece->size)
		return error_hint(
			error_refused("not-in-vmlinux",
				"%s: %s: has %" PRIu64 " bytes in %s, but %" PRIu64
				" when it is compiled again without the patch",
				unit->object, symbol->name, symbol->size,
				unit->target->row.name, piece->size),
			"the object was not made as its record says: build it again with "
			"CC=ksplice-cc");
	if (!piece->section->data)
		return NULL;
	proving.bytes = kernel_image_find_bytes(
		unit->target->image, proving.address, piece->size);
	if (proving.bytes && proving_check_piece(&proving, &at))
		return NULL;
	scope_free char *place = piece_describe(piece, at);
	return error_hint(
		error_refused("not-in-vmlinux",
			"%s: %s: compiled again without the patch, it differs from "
			"%s",
			unit->object, place, unit->target->row.name),
		"the object was not made as its record says: build it again with "
		"CC=ksplice-cc");
}

struct error *origin_prove_unit(const struct update_unit *unit)
{
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		const struct piece *piece = &unit->pre_pieces->pieces[i];
		bool is_proven =
			piece->symbol && piece->identity[0] &&
			(piece->role == SECTION_CODE || piece->role == SECTION_DATA);
		if (is_proven)
			try(origin_prove_piece(unit, piece));
	}
	return NULL;
}
