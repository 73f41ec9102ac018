// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/placement.h"

#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/tree/kernel_image.h"
#include "lib/memory.h"

/* A local symbol's name may stand for thousands (".compoundliteral"); past this
 * many places the name says nothing. */
static const size_t local_candidates_most = 256;

struct placing {
	const struct kernel_image *image;
	const struct elf_object *object;
	struct placement *places;
};

static enum section_placing section_find_placing(const struct elf_section *section)
{
	const struct kernel_section *known = kernel_section_find(section->name);
	return known ? known->placing : SECTION_PLACED;
}

static bool section_is_absent(const struct elf_section *section)
{
	return !(section->flags & SHF_ALLOC) || !section->size ||
	       section->type == SHT_NOTE ||
	       section_find_placing(section) == SECTION_DISCARDED;
}

/* The value S of the psABI's formulas; false while it is not known. */
static bool placing_find_value(
	const struct placing *placing, const struct elf_symbol *symbol, uint64_t *value)
{
	if (symbol->section == SHN_ABS) {
		*value = symbol->value;
		return true;
	}
	if (symbol->binding != STB_LOCAL) {
		/* Also for a symbol that the object defines: a weak one may have been
		 * overridden by another object's. */
		const struct elf_symbol *global =
			kernel_image_find_global(placing->image, symbol->name);
		if (global)
			*value = global->value;
		else if (symbol->binding == STB_WEAK && symbol->section == SHN_UNDEF)
			*value = 0;
		return global ||
		       (symbol->binding == STB_WEAK && symbol->section == SHN_UNDEF);
	}
	return placement_find_symbol(placing->object, placing->places, symbol, value);
}

static uint64_t field_read(const uint8_t *field, unsigned width)
{
	uint64_t value = 0;
	memcpy(&value, field, width);
	return value;
}

/* What the symbol plus addend must be for the field in the image to be right. */
static uint64_t field_find_target(
	const struct elf_reloc *reloc, const uint8_t *field, uint64_t place)
{
	unsigned width = elf_reloc_width(reloc->type);
	uint64_t value = field_read(field, width);
	/* Narrow fields are signed, but for R_X86_64_32. */
	if (width == 4 && reloc->type != R_X86_64_32)
		value = (uint64_t)(int64_t)(int32_t)value;
	return elf_reloc_is_relative(reloc->type) ? value + place : value;
}

/* A merged string or constant has no place; what is there must be equal to it. */
static bool placing_check_merged(const struct placing *placing,
	const struct elf_reloc *reloc, const struct elf_symbol *symbol,
	const struct elf_section *section, uint64_t target)
{
	/* With a symbol of its own the linker merges what the symbol points to, and adds
	 * the addend afterwards; with the section's symbol the addend says which one is
	 * meant. */
	uint64_t offset = symbol->value;
	uint64_t address = target - (uint64_t)reloc->addend;
	if (symbol->type == STT_SECTION) {
		if (elf_reloc_is_relative(reloc->type))
			return false; /* the addend also holds the way to the next
					 instruction */
		offset += (uint64_t)reloc->addend;
		address = target;
	}
	if (offset >= section->size)
		return false;
	uint64_t size = section->entry_size;
	if (section->flags & SHF_STRINGS) {
		const uint8_t *string = section->data + offset;
		if (section->entry_size == 1)
			size = strnlen((const char *)string, section->size - offset) + 1;
		else
			size = section->entry_size;
	}
	if (size > section->size - offset)
		size = section->size - offset;
	const uint8_t *bytes = kernel_image_find_bytes(placing->image, address, size);
	return bytes && memcmp(bytes, section->data + offset, size) == 0;
}

static bool placing_check_reloc(const struct placing *placing,
	const struct elf_reloc *reloc, const uint8_t *field, uint64_t place)
{
	const struct elf_symbol *symbol = &placing->object->symbols[reloc->symbol];
	uint64_t target = field_find_target(reloc, field, place);
	uint64_t value;
	if (placing_find_value(placing, symbol, &value)) {
		uint64_t wanted = value + (uint64_t)reloc->addend;
		if (elf_reloc_is_relative(reloc->type))
			wanted -= place;
		unsigned width = elf_reloc_width(reloc->type);
		return memcmp(&wanted, field, width) == 0;
	}
	const struct elf_section *section =
		elf_object_symbol_section(placing->object, symbol);
	if (!section)
		return false; /* undefined, and vmlinux has none of that name */
	if (placing->places[section->index].state == PLACEMENT_MERGED &&
		(section->flags & SHF_MERGE) && section->data)
		return placing_check_merged(placing, reloc, symbol, section, target);
	return true; /* its section is not placed yet, or has no place */
}

/* Is the section at the address, as far as is known by now? */
static bool placing_check(const struct placing *placing,
	const struct elf_section *section, uint64_t address)
{
	if (address & (section->alignment - 1))
		return false;
	if (section->type == SHT_NOBITS) {
		const struct elf_section *within =
			kernel_image_find_section(placing->image, address);
		return within &&
		       section->size <= within->size - (address - within->address);
	}
	const uint8_t *bytes =
		kernel_image_find_bytes(placing->image, address, section->size);
	if (!bytes)
		return false;
	uint64_t done = 0;
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct elf_reloc *reloc = &section->relocs[i];
		unsigned width = elf_reloc_width(reloc->type);
		if (!width && reloc->type != R_X86_64_NONE)
			return false;
		if (reloc->offset < done) /* several at one place: only the last counts */
			continue;
		if (memcmp(bytes + done, section->data + done, reloc->offset - done) != 0)
			return false;
		if (width && !placing_check_reloc(placing, reloc, bytes + reloc->offset,
				     address + reloc->offset))
			return false;
		done = reloc->offset + width;
	}
	return memcmp(bytes + done, section->data + done, section->size - done) == 0;
}

static bool placing_try(struct placing *placing, uint32_t index, uint64_t address,
	enum placement_how how);

/* Places what the relocations of a placed section lead to. */
static void placing_follow(struct placing *placing, const struct elf_section *section)
{
	uint64_t base = placing->places[section->index].address;
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct elf_reloc *reloc = &section->relocs[i];
		const struct elf_symbol *symbol =
			&placing->object->symbols[reloc->symbol];
		const struct elf_section *target =
			elf_object_symbol_section(placing->object, symbol);
		if (!target || symbol->binding != STB_LOCAL ||
			placing->places[target->index].state != PLACEMENT_UNPROVEN)
			continue;
		const uint8_t *field = kernel_image_find_bytes(placing->image,
			base + reloc->offset, elf_reloc_width(reloc->type));
		if (!field)
			continue;
		uint64_t found = field_find_target(reloc, field, base + reloc->offset) -
				 (uint64_t)reloc->addend;
		placing_try(placing, target->index, found - symbol->value,
			PLACEMENT_BY_RELOCATION);
	}
}

static bool placing_try(
	struct placing *placing, uint32_t index, uint64_t address, enum placement_how how)
{
	const struct elf_section *section = &placing->object->sections[index];
	struct placement *place = &placing->places[index];
	if (place->state != PLACEMENT_UNPROVEN)
		return false;
	/* Relocations of a section to itself are checked against this very place. */
	*place = (struct placement){address, PLACEMENT_PROVEN, how};
	if (!placing_check(placing, section, address)) {
		*place = (struct placement){0};
		return false;
	}
	placing_follow(placing, section);
	return true;
}

bool placement_try(const struct kernel_image *image, const struct elf_object *object,
	struct placement *places, uint32_t section, uint64_t address,
	enum placement_how how)
{
	struct placing placing = {image, object, places};
	return placing_try(&placing, section, address, how);
}

static void placing_use_globals(struct placing *placing)
{
	for (size_t i = 1; i < placing->object->symbol_count; i++) {
		const struct elf_symbol *symbol = &placing->object->symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(placing->object, symbol);
		if (!section || symbol->binding == STB_LOCAL ||
			placing->places[section->index].state != PLACEMENT_UNPROVEN)
			continue;
		const struct elf_symbol *global =
			kernel_image_find_global(placing->image, symbol->name);
		if (global)
			placing_try(placing, section->index,
				global->value - symbol->value, PLACEMENT_BY_GLOBAL);
	}
}

/* Places the section by a local symbol's name, if only one place passes. */
static void placing_use_local(struct placing *placing, const struct elf_symbol *symbol,
	const struct elf_section *section)
{
	const struct elf_symbol *const *first;
	size_t count;
	kernel_image_find_symbols(placing->image, symbol->name, &first, &count);
	if (count > local_candidates_most)
		return;
	uint64_t address = 0;
	size_t passed = 0;
	struct placement *place = &placing->places[section->index];
	for (size_t i = 0; i < count; i++) {
		if (first[i]->binding != STB_LOCAL || first[i]->size != symbol->size)
			continue;
		uint64_t tried = first[i]->value - symbol->value;
		*place = (struct placement){tried, PLACEMENT_PROVEN, PLACEMENT_BY_LOCAL};
		if (placing_check(placing, section, tried) &&
			!(passed && address == tried)) {
			address = tried;
			passed++;
		}
		*place = (struct placement){0};
	}
	if (passed == 1)
		placing_try(placing, section->index, address, PLACEMENT_BY_LOCAL);
}

static void placing_use_locals(struct placing *placing)
{
	for (size_t i = 1; i < placing->object->symbol_count; i++) {
		const struct elf_symbol *symbol = &placing->object->symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(placing->object, symbol);
		if (section && symbol->binding == STB_LOCAL &&
			symbol->type != STT_SECTION && symbol->name[0] &&
			placing->places[section->index].state == PLACEMENT_UNPROVEN)
			placing_use_local(placing, symbol, section);
	}
}

/* A place is only as good as the last word on its relocations: what was unknown
 * when a section was placed is known now. */
static void placing_recheck(struct placing *placing)
{
	for (size_t i = 1; i < placing->object->section_count; i++) {
		struct placement *place = &placing->places[i];
		if (place->state == PLACEMENT_PROVEN &&
			!placing_check(
				placing, &placing->object->sections[i], place->address))
			*place = (struct placement){0};
	}
}

struct placement *placement_find(
	const struct kernel_image *image, const struct elf_object *object)
{
	struct placing placing = {image, object,
		memory_allocate(object->section_count * sizeof(struct placement))};
	placing.places[0].state = PLACEMENT_ABSENT;
	for (size_t i = 1; i < object->section_count; i++) {
		const struct elf_section *section = &object->sections[i];
		if (section_is_absent(section))
			placing.places[i].state = PLACEMENT_ABSENT;
		else if ((section->flags & SHF_MERGE) ||
			 section_find_placing(section) == SECTION_SORTED)
			placing.places[i].state = PLACEMENT_MERGED;
	}
	placing_use_globals(&placing);
	placing_use_locals(&placing);
	placing_recheck(&placing);
	return placing.places;
}

bool placement_find_symbol(const struct elf_object *object,
	const struct placement *places, const struct elf_symbol *symbol,
	uint64_t *address)
{
	const struct elf_section *section = elf_object_symbol_section(object, symbol);
	if (!section || places[section->index].state != PLACEMENT_PROVEN)
		return false;
	*address = places[section->index].address + symbol->value;
	return true;
}
