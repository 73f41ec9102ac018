// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_match.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/origin.h"
#include "differ/create/site_table.h"
#include "differ/create/update_model.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/placement.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"

enum {
	TRAMPOLINE_SIZE = 5, /* jmp rel32 */
	FENTRY_SIZE = 5,     /* call __fentry__ */
	ENDBR_SIZE = 4,
};

static const uint8_t endbr[ENDBR_SIZE] = {0xf3, 0x0f, 0x1e, 0xfa};

/* Sites that the running kernel goes on rewriting, and would put over a trampoline. */
static bool site_is_live(uint16_t kind)
{
	return kind == KSPLICE_SITE_STATIC_CALL || kind == KSPLICE_SITE_JUMP_LABEL ||
	       kind == KSPLICE_SITE_LOCK || kind == KSPLICE_SITE_FENTRY;
}

struct error *update_match_init(struct update_match *match,
	struct update_targets *targets, struct update_target *target)
{
	try(update_target_read_sites(targets, target));
	*match = (struct update_match){.targets = targets, .target = target};
	place_table_add_target(&match->places, &target->row);
	return NULL;
}

static void match_add_site(struct update_match *match, uint64_t offset, uint16_t kind,
	uint16_t length, const void *data, size_t size)
{
	match->sites = array_reserve(match->sites, sizeof(*match->sites),
		match->site_count + 1, &match->site_capacity);
	struct ksplice_site *site = &match->sites[match->site_count++];
	site->offset = (uint32_t)offset;
	site->kind = kind;
	site->length = length;
	if (size) {
		text_align(&match->blob, 8);
		site->data = (uint32_t)match->blob.size;
		site->data_size = (uint32_t)size;
		text_add_range(&match->blob, data, size);
	}
}

/* Does vmlinux's relocation tool treat the symbol as one that does not move? */
static bool reloc_target_is_fixed(const struct kernel_image *image,
	const struct update_unit *unit, const struct elf_symbol *symbol, bool *is_fixed)
{
	uint64_t address;
	if (symbol->section == SHN_ABS) {
		*is_fixed = true;
		return true;
	}
	if (placement_find_symbol(unit->original, unit->places, symbol, &address)) {
		*is_fixed = kernel_image_is_fixed(image, address);
		return true;
	}
	const struct elf_section *section =
		elf_object_symbol_section(unit->original, symbol);
	/* Merged strings and constants have no place, but move like the rest. */
	if (section && symbol->binding == STB_LOCAL) {
		*is_fixed = false;
		return true;
	}
	const struct elf_symbol *global = kernel_image_find_global(image, symbol->name);
	*is_fixed = global && kernel_image_is_fixed(image, global->value);
	return global;
}

/* A weak symbol that nobody defines: boot leaves each reference to it as it was linked.
 */
static bool reloc_target_is_absent(
	const struct kernel_image *image, const struct elf_symbol *symbol)
{
	return symbol->section == SHN_UNDEF && symbol->binding == STB_WEAK &&
	       !kernel_image_find_global(image, symbol->name);
}

/* Fields with addresses, which KASLR slides: known from the object's relocations. */
static struct error *match_add_addresses(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *named)
{
	const struct kernel_image *image = match->target->image;
	const struct elf_section *section =
		elf_object_symbol_section(unit->original, named);
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct elf_reloc *reloc = &section->relocs[i];
		uint64_t offset = reloc->offset - named->value;
		unsigned width = elf_reloc_width(reloc->type);
		const struct elf_symbol *symbol = &unit->original->symbols[reloc->symbol];
		bool is_fixed;
		if (reloc->offset < named->value || offset >= named->size || !width ||
			reloc_target_is_absent(image, symbol))
			continue;
		if (!reloc_target_is_fixed(image, unit, symbol, &is_fixed))
			return error_refused("unknown-symbol",
				"%s: %s+0x%" PRIx64 ": refers to something unknown",
				unit->object, named->name, offset);
		bool is_relative = elf_reloc_is_relative(reloc->type);
		if (is_relative == !is_fixed)
			continue; /* moves together with what it refers to, or neither
				     moves */
		if (width != 4 && width != 8)
			return error_refused("unknown-site",
				"%s: %s+0x%" PRIx64 ": an address of %u bytes",
				unit->object, named->name, offset, width);
		match_add_site(match, offset,
			is_relative ? KSPLICE_SITE_NEGATIVE : KSPLICE_SITE_ABSOLUTE,
			(uint16_t)width, NULL, 0);
	}
	return NULL;
}

/* Types that the module loader knows: apply_relocate_add, arch/x86/kernel/module.c. */
static bool reloc_is_loaded(uint32_t type)
{
	return type == R_X86_64_64 || type == R_X86_64_32 || type == R_X86_64_32S ||
	       type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64;
}

/* Fields that the module loader fills in: the .ko has its relocations. */
static struct error *match_add_relocations(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *named, uint64_t address)
{
	const struct update_target *target = match->target;
	const struct elf_section *section =
		kernel_image_find_section(target->image, address);
	uint64_t start = address - section->address;
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct elf_reloc *reloc = &section->relocs[i];
		uint64_t offset = reloc->offset - start;
		struct target_place place;
		if (reloc->offset < start || offset >= named->size ||
			reloc->type == R_X86_64_NONE)
			continue;
		if (!reloc_is_loaded(reloc->type))
			return error_refused("unknown-site",
				"%s: %s+0x%" PRIx64 ": has a relocation of type %u",
				unit->object, named->name, offset, reloc->type);
		try(update_targets_find_symbol(match->targets, target,
			&target->image->object->symbols[reloc->symbol], &place));
		struct ksplice_relocation_site data = {
			.symbol =
				place_table_encode(&match->places, &match->blob, &place),
			.addend = reloc->addend,
			.type = reloc->type,
		};
		match_add_site(match, offset, KSPLICE_SITE_RELOCATION,
			(uint16_t)elf_reloc_width(reloc->type), &data, sizeof(data));
	}
	return NULL;
}

static struct error *match_add_fields(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *named, uint64_t address)
{
	return match->target->module ? match_add_relocations(match, unit, named, address)
				     : match_add_addresses(match, unit, named);
}

static struct error *match_locate(const struct update_match *match,
	const struct site_place *site, struct target_place *place)
{
	if (site->name)
		return update_targets_find_outside(
			match->targets, match->target, site->name, false, place);
	return update_targets_locate(match->targets, match->target, site->address, place);
}

/* A site of the target's tables, with its places as the core reads them. */
static struct error *match_add_patch_site(
	struct update_match *match, uint64_t offset, const struct patch_site *patch)
{
	scope_free uint8_t *data = memory_allocate(patch->data_size + 1);
	if (patch->problem)
		return error_refused("unknown-site", "%s", patch->problem);
	if (patch->data_size)
		memcpy(data, patch->data, patch->data_size);
	for (size_t i = 0; i < patch->place_count; i++) {
		struct target_place place;
		try(match_locate(match, &patch->places[i], &place));
		struct ksplice_place encoded =
			place_table_encode(&match->places, &match->blob, &place);
		memcpy(data + patch->places[i].field, &encoded, sizeof(encoded));
	}
	match_add_site(match, offset, patch->kind, patch->length, data, patch->data_size);
	return NULL;
}

/* By offset; of several at one offset the longest first, else in their order. */
static bool site_is_before(const struct ksplice_site *a, const struct ksplice_site *b)
{
	if (a->offset != b->offset)
		return a->offset < b->offset;
	return a->length > b->length;
}

/* Two runs that are sorted already: of the tables, and of the relocations. */
static void match_sort_sites(struct ksplice_site *sites, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct ksplice_site site = sites[i];
		size_t k = i;
		for (; k && site_is_before(&site, &sites[k - 1]); k--)
			sites[k] = sites[k - 1];
		sites[k] = site;
	}
}

/* What the loader fills in is nothing before: the image has made-up addresses there. */
static void match_clear_fields(
	struct update_match *match, const struct ksplice_hunk *hunk)
{
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		const struct ksplice_site *site = &match->sites[hunk->first_site + i];
		if (site->kind == KSPLICE_SITE_RELOCATION)
			memset(match->blob.data + hunk->bytes + site->offset, 0,
				site->length);
	}
}

/* What memory must have at the address: the sites are those from first_site on. */
static struct error *match_add_hunk(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *named, uint64_t address,
	uint32_t first_site)
{
	const struct update_target *target = match->target;
	const uint8_t *bytes =
		kernel_image_find_bytes(target->image, address, named->size);
	struct target_place place;
	try(update_targets_locate(match->targets, target, address, &place));
	match->items = array_reserve(
		match->items, sizeof(*match->items), match->count + 1, &match->capacity);
	struct match_hunk *added = &match->items[match->count++];
	added->name = named->name;
	added->unit = unit;
	added->hunk.place = place_table_encode(&match->places, &match->blob, &place);
	added->hunk.size = (uint32_t)named->size;
	added->hunk.name = (uint32_t)match->blob.size;
	text_add_range(&match->blob, named->name, strlen(named->name) + 1);
	added->hunk.bytes = (uint32_t)match->blob.size;
	text_add_range(&match->blob, bytes, named->size);
	added->hunk.first_site = first_site;
	added->hunk.site_count = (uint32_t)match->site_count - first_site;
	if (added->hunk.site_count)
		match_sort_sites(match->sites + first_site, added->hunk.site_count);
	if (target->module)
		match_clear_fields(match, &added->hunk);
	return NULL;
}

static struct error *match_check_extent(const struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *named, uint64_t address)
{
	const struct kernel_image *image = match->target->image;
	uint64_t size = named->size;
	if (!size || address < image->base || size > UINT32_MAX ||
		!kernel_image_find_bytes(image, address, size))
		return error_refused("unknown-extent",
			"%s: %s: %s does not say how long it is", unit->object,
			named->name, match->target->row.name);
	return NULL;
}

struct error *update_match_add_function(struct update_match *match,
	const struct update_unit *unit, const struct elf_symbol *function,
	uint64_t address)
{
	uint32_t first = (uint32_t)match->site_count;
	size_t count;
	try(match_check_extent(match, unit, function, address));
	const struct patch_site *found =
		site_table_find(&match->target->sites, address, function->size, &count);
	for (size_t i = 0; i < count; i++)
		try(match_add_patch_site(match, found[i].address - address, &found[i]));
	try(match_add_fields(match, unit, function, address));
	try(match_add_hunk(match, unit, function, address, first));
	match->items[match->count - 1].hunk.kind = KSPLICE_HUNK_PART;
	return NULL;
}

/* Where the trampoline goes: behind ENDBR and the fentry site, whose slot stays ftrace's,
 * or at the start where there is none. */
static struct error *match_place_jump(
	const struct update_match *match, struct match_hunk *added)
{
	struct ksplice_hunk *hunk = &added->hunk;
	const char *bytes = match->blob.data + hunk->bytes;
	const struct ksplice_site *sites = match->sites + hunk->first_site;
	uint32_t jump = 0;
	if (hunk->size >= ENDBR_SIZE && memcmp(bytes, endbr, ENDBR_SIZE) == 0)
		jump = ENDBR_SIZE;
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		if (sites[i].kind == KSPLICE_SITE_FENTRY && sites[i].offset == jump) {
			jump += FENTRY_SIZE;
			break;
		}
	}
	const char *object = added->unit->object;
	if (hunk->size < jump + TRAMPOLINE_SIZE)
		return error_hint(
			error_refused("short-function",
				"%s: %s: has %u bytes after its entry, and a jump "
				"needs %d",
				object, added->name, hunk->size - jump, TRAMPOLINE_SIZE),
			"change its callers instead");
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		const struct ksplice_site *site = &sites[i];
		if (site_is_live(site->kind) && site->offset < jump + TRAMPOLINE_SIZE &&
			site->offset + site->length > jump)
			return error_hint(
				error_refused("live-site",
					"%s: %s+0x%x: the jump would overwrite %s, "
					"which the kernel "
					"may rewrite at any time",
					object, added->name, site->offset,
					site_kind_name(site->kind)),
				"change its callers instead");
	}
	hunk->jump = jump;
	return NULL;
}

/* The further parts of a function of pre (.cold), and the function itself. */
static struct error *match_add_parts(struct update_match *match,
	const struct update_unit *unit, const struct piece *whole, bool has_whole)
{
	for (size_t i = 0; i < unit->pre_pieces->count; i++) {
		struct piece *part = &unit->pre_pieces->pieces[i];
		const struct elf_symbol *symbol;
		uint64_t address;
		if (part->role != SECTION_CODE || update_find_whole(part) != whole ||
			(part == whole && !has_whole))
			continue;
		try(origin_find_symbol(unit, part, &symbol, &address));
		try(update_match_add_function(match, unit, symbol, address));
	}
	return NULL;
}

struct error *update_match_add(struct update_match *match, const struct update_unit *unit,
	const struct piece *piece)
{
	const struct elf_symbol *function;
	uint64_t address;
	try(origin_find_symbol(unit, piece, &function, &address));
	try(update_match_add_function(match, unit, function, address));
	struct match_hunk *added = &match->items[match->count - 1];
	added->piece = piece;
	added->hunk.kind = KSPLICE_HUNK_FUNCTION;
	try(match_place_jump(match, added));
	return match_add_parts(match, unit, piece->twin, false);
}

struct error *update_match_add_gone(struct update_match *match,
	const struct update_unit *unit, const struct piece *pre)
{
	return match_add_parts(match, unit, pre, true);
}

/* The module loader gives the new content the values that hold in the update; a pointer
 * is right in the kernel's place as well, a distance is not. */
static struct error *constant_check_relocs(
	const struct update_unit *unit, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		const struct elf_reloc *reloc = &piece->relocs[i];
		if (elf_reloc_is_relative(reloc->type) ||
			elf_reloc_width(reloc->type) != 8)
			return error_refused("constant-in-place",
				"%s: %s+0x%" PRIx64
				": has a reference that is not a pointer, so it "
				"cannot be changed in place",
				unit->object, piece->symbol->name,
				reloc->offset - piece->offset);
	}
	return NULL;
}

/* Nothing of a constant may differ from what was linked but pointers. */
static bool site_is_pointer(
	const struct update_match *match, const struct ksplice_site *site)
{
	uint16_t kind =
		match->target->module ? KSPLICE_SITE_RELOCATION : KSPLICE_SITE_ABSOLUTE;
	return site->kind == kind && site->length == 8;
}

struct error *update_match_add_constant(struct update_match *match,
	const struct update_unit *unit, const struct piece *piece)
{
	const char *target = match->target->row.name;
	const struct elf_symbol *constant;
	uint64_t address;
	uint32_t first = (uint32_t)match->site_count;
	try(origin_find_symbol(unit, piece, &constant, &address));
	try(match_check_extent(match, unit, constant, address));
	if (constant->size != piece->size)
		return error_refused("constant-in-place",
			"%s: %s: has %" PRIu64 " bytes in %s and %" PRIu64
			" now, so it cannot be changed in place",
			unit->object, constant->name, constant->size, target,
			piece->size);
	if (!update_target_is_constant(match->target, address, constant->size))
		return error_refused("constant-in-place",
			"%s: %s: is not in the read-only data of %s, so it cannot be "
			"changed in place",
			unit->object, constant->name, target);
	try(constant_check_relocs(unit, piece));
	try(match_add_fields(match, unit, constant, address));
	for (size_t i = first; i < match->site_count; i++) {
		const struct ksplice_site *site = &match->sites[i];
		if (!site_is_pointer(match, site))
			return error_refused("unknown-site",
				"%s: %s+0x%x: has a field of kind %s and %u bytes",
				unit->object, constant->name, site->offset,
				site_kind_name(site->kind), site->length);
	}
	try(match_add_hunk(match, unit, constant, address, first));
	struct match_hunk *added = &match->items[match->count - 1];
	added->piece = piece;
	added->hunk.kind = KSPLICE_HUNK_DATA;
	return NULL;
}

void update_match_deinit(struct update_match *match)
{
	free(match->items);
	free(match->sites);
	text_deinit(&match->blob);
	place_table_deinit(&match->places);
	*match = (struct update_match){0};
}
