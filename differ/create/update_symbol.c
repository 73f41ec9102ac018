// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_symbol.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/constant_in_place.h"
#include "differ/create/finding.h"
#include "differ/create/origin.h"
#include "differ/create/update_hook.h"
#include "differ/create/update_model.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/placement.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Names that scripts/kallsyms.c leaves out. */
static const char *const kallsyms_ignored[] = {
	"$",
	".L",
	"__efistub_",
	"__crc_",
	"__kstrtab_",
	"__kstrtabns_",
};

static bool image_is_init(const struct kernel_image *image, uint64_t address)
{
	const struct elf_symbol *start = kernel_image_find_global(image, "__init_begin");
	const struct elf_symbol *end = kernel_image_find_global(image, "__init_end");
	return start && end && address >= start->value && address < end->value;
}

/* Will the running kernel's kallsyms have a symbol of that name there? */
static bool symbol_has_kallsyms(const struct kernel_tree *tree,
	const struct kernel_image *image, const char *name, uint64_t address)
{
	size_t ignored = sizeof(kallsyms_ignored) / sizeof(kallsyms_ignored[0]);
	for (size_t i = 0; i < ignored; i++) {
		if (text_has_prefix(name, kallsyms_ignored[i]))
			return false;
	}
	if (address < image->base || address >= image->text_end) {
		scope_free char *all =
			kernel_tree_find_config(tree, "CONFIG_KALLSYMS_ALL");
		if (!all)
			return false;
	}
	const struct elf_symbol *const *first;
	size_t count;
	kernel_image_find_symbols(image, name, &first, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->value == address)
			return true;
	}
	return false;
}

static struct error *symbol_finish(const struct origin *origin,
	const struct update_unit *unit, const char *name, uint64_t address,
	struct outward_symbol *symbol)
{
	if (image_is_init(origin->image, address))
		return error_refused("init-reference",
			"%s: the changed code refers to %s, which is gone from memory "
			"since boot",
			unit->object, name);
	*symbol = (struct outward_symbol){
		.name = name,
		.address = address,
		.is_fixed = kernel_image_is_fixed(origin->image, address),
		.has_kallsyms =
			symbol_has_kallsyms(origin->tree, origin->image, name, address),
	};
	return NULL;
}

static struct error *symbol_find_global(const struct origin *origin,
	const struct update_unit *unit, const char *name, struct outward_symbol *symbol)
{
	const struct elf_symbol *global = kernel_image_find_global(origin->image, name);
	if (!global && update_hook_is_core_function(name)) {
		*symbol = (struct outward_symbol){.name = name, .is_core = true};
		return NULL;
	}
	if (!global)
		return error_hint(error_refused("unknown-symbol",
					  "%s: the changed code refers to %s, which "
					  "vmlinux does not define",
					  unit->object, name),
			"functions of modules, and of files that are not built in this "
			"configuration, cannot be used");
	return symbol_finish(origin, unit, global->name, global->value, symbol);
}

static struct error *symbol_find_piece(const struct origin *origin,
	const struct update_unit *unit, const struct piece *piece,
	struct outward_symbol *symbol)
{
	const struct elf_symbol *original;
	uint64_t address;
	/* A weak function that another file overrides is not used; its name is. What was
	 * static before the patch is not vmlinux's of that name. */
	if (piece->symbol && piece->symbol->binding != STB_LOCAL && piece->twin &&
		piece->twin->symbol->binding != STB_LOCAL)
		return symbol_find_global(origin, unit, piece->symbol->name, symbol);
	try(origin_find_symbol(origin, unit, piece, &original, &address));
	return symbol_finish(origin, unit, original->name, address, symbol);
}

/*
 * A jump label or static call in a module links itself to its key, and for a key that is
 * read-only by then the kernel faults (jump_label_add_module and static_call_add_module
 * in 6.1; since 6.10 jump labels check for it, commit 91a1d97ef482).
 */
static struct error *symbol_check_key(const struct origin *origin,
	const struct update_unit *unit, const struct piece *piece,
	const struct outward_symbol *outward)
{
	const struct kernel_image *image = origin->image;
	const struct elf_symbol *start =
		kernel_image_find_global(image, "__start_ro_after_init");
	const struct elf_symbol *end =
		kernel_image_find_global(image, "__end_ro_after_init");
	if (piece->role != SECTION_TABLE || !start || !end || outward->is_core ||
		outward->address < start->value || outward->address >= end->value)
		return NULL;
	return error_hint(
		error_refused("read-only-key",
			"%s: %s: uses %s of %s, a key that is read-only since boot",
			unit->object, update_piece_name(update_find_whole(piece)),
			piece->known->what, outward->name),
		"change its callers instead");
}

/* What the field of a constant in place keeps pointing to. Refused if vmlinux does not
 * have that content there. */
static struct error *symbol_find_kept(const struct origin *origin,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct update_reference *target,
	struct outward_symbol *symbol)
{
	const struct elf_symbol *constant;
	uint64_t place;
	try(origin_find_symbol(origin, unit, piece, &constant, &place));
	uint64_t field = reloc->offset - piece->offset;
	const struct piece *to = target->piece;
	uint64_t start = (uint64_t)target->offset;
	uint64_t address;
	const uint8_t *pointer =
		kernel_image_find_bytes(origin->image, place + field, sizeof(address));
	if (pointer)
		memcpy(&address, pointer, sizeof(address));
	const uint8_t *content = pointer ? kernel_image_find_bytes(origin->image, address,
						   to->size - start)
					 : NULL;
	if (!content || memcmp(content, to->section->data + to->offset + start,
				to->size - start) != 0)
		return error_refused("not-reproduced",
			"%s: %s+0x%" PRIx64 ": does not point to what vmlinux has there",
			unit->object, constant->name, field);
	*symbol = (struct outward_symbol){.name = to->section->name, .address = address};
	return NULL;
}

struct error *update_symbol_find(const struct origin *origin,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct update_reference *reference,
	struct outward_symbol *symbol)
{
	struct outward_symbol found;
	if (constant_keeps_field(piece, reloc))
		return symbol_find_kept(origin, unit, piece, reloc, reference, symbol);
	try(reference->piece
			? symbol_find_piece(
				  origin, reference->unit, reference->piece, &found)
			: symbol_find_global(origin, unit, reference->outside, &found));
	try(symbol_check_key(origin, unit, piece, &found));
	*symbol = found;
	return NULL;
}

static struct error *symbol_check_piece(
	struct update *update, const struct update_unit *unit, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct update_reference reference;
		struct outward_symbol ignored;
		if (&piece->relocs[i] == piece->idle_reloc)
			continue;
		struct error *error = update_find_reference(
			update, unit, piece, &piece->relocs[i], &reference);
		if (!error && (update_is_outward(piece, &reference) ||
				      constant_keeps_field(piece, &piece->relocs[i])))
			error = update_symbol_find(update->origin, unit, piece,
				&piece->relocs[i], &reference, &ignored);
		try(finding_take_error(&update->findings, unit->object,
			update_piece_name(update_find_whole(piece)), error));
	}
	return NULL;
}

struct error *update_symbol_check(struct update *update)
{
	for (size_t i = 0; i < update->unit_count; i++) {
		struct update_unit *unit = &update->units[i];
		for (size_t k = 0; unit->has_change && k < unit->post_pieces->count;
			k++) {
			if (unit->post_pieces->pieces[k].travels)
				try(symbol_check_piece(
					update, unit, &unit->post_pieces->pieces[k]));
		}
	}
	return NULL;
}
