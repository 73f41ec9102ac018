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
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "differ/tree/kernel_image.h"
#include "lib/error.h"

/* The symbol of a target, for a reference of the unit. */
static struct error *symbol_finish(struct update_targets *targets,
	const struct update_unit *unit, const struct update_target *target,
	const char *name, uint64_t address, struct outward_symbol *symbol)
{
	if (update_target_is_init(target, address))
		return error_refused("init-reference",
			"%s: the changed code refers to %s, which is gone from memory "
			"since %s",
			unit->object, name,
			target->module ? "the module was loaded" : "boot");
	struct outward_symbol found = {.name = name};
	try(update_targets_locate(targets, target, address, &found.place));
	found.has_kallsyms = update_target_has_kallsyms(targets, target, name, address);
	*symbol = found;
	return NULL;
}

static struct error *symbol_find_global(struct update_targets *targets,
	const struct update_unit *unit, const struct elf_symbol *used,
	struct outward_symbol *symbol)
{
	struct update_target *definer = unit->target;
	const struct elf_symbol *global =
		update_target_find_global(unit->target, used->name);
	if (!global && unit->target->module)
		try(update_targets_find_definer(
			targets, unit->target, used->name, &definer, &global));
	if (global)
		return symbol_finish(
			targets, unit, definer, global->name, global->value, symbol);
	if (update_hook_is_core_function(used->name)) {
		*symbol = (struct outward_symbol){.name = used->name, .is_core = true};
		return NULL;
	}
	if (unit->target->module && used->binding == STB_WEAK) {
		*symbol = (struct outward_symbol){.name = used->name};
		return update_targets_find_outside(
			targets, unit->target, used->name, true, &symbol->place);
	}
	return error_hint(
		error_refused("unknown-symbol",
			"%s: the changed code refers to %s, which %s does not define",
			unit->object, used->name,
			unit->target->module ? "the kernel" : "vmlinux"),
		"an update cannot use functions of modules that are not used so far, or of "
		"files that are not built in this configuration");
}

static struct error *symbol_find_piece(struct update_targets *targets,
	const struct update_unit *unit, const struct piece *piece,
	struct outward_symbol *symbol)
{
	const struct elf_symbol *original;
	uint64_t address;
	/* A weak function that another file overrides is not used; its name is. What was
	 * static before the patch is not vmlinux's of that name. */
	if (piece->symbol && piece->symbol->binding != STB_LOCAL && piece->twin &&
		piece->twin->symbol->binding != STB_LOCAL)
		return symbol_find_global(targets, unit, piece->symbol, symbol);
	try(origin_find_symbol(unit, piece, &original, &address));
	return symbol_finish(
		targets, unit, unit->target, original->name, address, symbol);
}

/*
 * A jump label or static call in a module links itself to its key, and for a key that is
 * read-only by then the kernel faults (jump_label_add_module and static_call_add_module
 * in 6.1; since 6.10 jump labels check for it, commit 91a1d97ef482).
 */
static struct error *symbol_check_key(const struct update_targets *targets,
	const struct update_unit *unit, const struct piece *piece,
	const struct outward_symbol *outward)
{
	if (piece->role != SECTION_TABLE || outward->is_core ||
		!update_targets_is_ro_after_init(targets, &outward->place))
		return NULL;
	return error_hint(
		error_refused("read-only-key",
			"%s: %s: uses the static key %s of %s, which is read-only since boot",
			unit->object, update_piece_name(update_find_whole(piece)),
			piece->known->what, outward->name),
		"change its callers instead");
}

/* What the field of a constant in place keeps pointing to. Refused if the target does not
 * have that content there. */
static struct error *symbol_find_kept(struct update_targets *targets,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct update_reference *target,
	struct outward_symbol *symbol)
{
	const struct elf_symbol *constant;
	const struct kernel_image *image = unit->target->image;
	uint64_t place;
	try(origin_find_symbol(unit, piece, &constant, &place));
	uint64_t field = reloc->offset - piece->offset;
	const struct piece *to = target->piece;
	uint64_t start = (uint64_t)target->offset;
	uint64_t address;
	const uint8_t *pointer =
		kernel_image_find_bytes(image, place + field, sizeof(address));
	if (pointer)
		memcpy(&address, pointer, sizeof(address));
	const uint8_t *content =
		pointer ? kernel_image_find_bytes(image, address, to->size - start)
			: NULL;
	if (!content || memcmp(content, to->section->data + to->offset + start,
				to->size - start) != 0)
		return error_refused("not-reproduced",
			"%s: %s+0x%" PRIx64 ": points to something else than in %s",
			unit->object, constant->name, field, unit->target->row.name);
	*symbol = (struct outward_symbol){.name = to->section->name};
	return update_targets_locate(targets, unit->target, address, &symbol->place);
}

struct error *update_symbol_find(struct update_targets *targets,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct update_reference *reference,
	struct outward_symbol *symbol)
{
	struct outward_symbol found;
	if (constant_keeps_field(piece, reloc))
		return symbol_find_kept(targets, unit, piece, reloc, reference, symbol);
	try(reference->piece
			? symbol_find_piece(
				  targets, reference->unit, reference->piece, &found)
			: symbol_find_global(targets, unit, reference->symbol, &found));
	try(symbol_check_key(targets, unit, piece, &found));
	*symbol = found;
	return NULL;
}

/* What another module brings or has must be there whenever the unit's module is. */
static struct error *symbol_check_part(
	const struct update_unit *unit, const struct update_reference *reference)
{
	const struct update_target *other = reference->unit->target;
	if (!reference->is_other_part || update_target_depends_on(unit->target, other))
		return NULL;
	return update_target_refuse_dependency(
		unit->target, other, update_piece_name(reference->piece));
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
		if (!error)
			error = symbol_check_part(unit, &reference);
		if (!error && (update_is_outward(piece, &reference) ||
				      constant_keeps_field(piece, &piece->relocs[i])))
			error = update_symbol_find(update->targets, unit, piece,
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
