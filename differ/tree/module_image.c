// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/module_image.h"

#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/tree/kernel_image.h"
#include "lib/error.h"
#include "lib/memory.h"

/* Within the reach of 32-bit fields, signed ones, and of each other. */
static const uint64_t first_section_address = 0xffffffffc0000000;
static const uint64_t first_symbol_address = 0xffffffff90000000;
/* So that what lies behind one section's end is not in the next. */
static const uint64_t section_distance = 0x1000;
static const uint64_t symbol_distance = 0x1000;

static const char information_section[] = ".modinfo";

struct module_image {
	struct elf_object *file;
	struct elf_object linked; /* its names are those of file */
	struct kernel_image image;
	uint8_t **bytes; /* by section; NULL where the file's serve */
	/* What it does not define, in the order of their addresses. */
	const struct elf_symbol **outside;
	size_t outside_count;
};

static void module_place_sections(struct module_image *module)
{
	uint64_t address = first_section_address;
	for (size_t i = 1; i < module->linked.section_count; i++) {
		struct elf_section *section = &module->linked.sections[i];
		if (!(section->flags & SHF_ALLOC))
			continue;
		uint64_t alignment = section->alignment > section_distance
					     ? section->alignment
					     : section_distance;
		address = (address + alignment - 1) & ~(alignment - 1);
		section->address = address;
		address += section->size + section_distance;
	}
}

static void module_place_symbols(struct module_image *module)
{
	uint64_t address = first_symbol_address;
	module->outside =
		memory_allocate(module->linked.symbol_count * sizeof(*module->outside));
	for (size_t i = 1; i < module->linked.symbol_count; i++) {
		struct elf_symbol *symbol = &module->linked.symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(&module->linked, symbol);
		if (section) {
			symbol->value += section->address;
		} else if (symbol->section != SHN_ABS) {
			symbol->section = SHN_ABS;
			symbol->value = address;
			address += symbol_distance;
			module->outside[module->outside_count++] = symbol;
		}
	}
}

static void module_relocate_section(struct module_image *module, size_t number)
{
	struct elf_section *section = &module->linked.sections[number];
	if (!section->data || !section->reloc_count || !(section->flags & SHF_ALLOC))
		return;
	uint8_t *bytes = memory_allocate(section->size);
	memcpy(bytes, section->data, section->size);
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct elf_reloc *reloc = &section->relocs[i];
		uint64_t value = module->linked.symbols[reloc->symbol].value +
				 (uint64_t)reloc->addend;
		if (elf_reloc_is_relative(reloc->type))
			value -= section->address + reloc->offset;
		memcpy(bytes + reloc->offset, &value, elf_reloc_width(reloc->type));
	}
	module->bytes[number] = bytes;
	section->data = bytes;
}

static void module_link(struct module_image *module)
{
	const struct elf_object *file = module->file;
	size_t section_size = file->section_count * sizeof(*file->sections);
	size_t symbol_size = file->symbol_count * sizeof(*file->symbols);
	module->linked = *file;
	module->linked.sections = memory_allocate(section_size);
	memcpy(module->linked.sections, file->sections, section_size);
	module->linked.symbols = memory_allocate(symbol_size);
	memcpy(module->linked.symbols, file->symbols, symbol_size);
	module->bytes = memory_allocate(file->section_count * sizeof(*module->bytes));
	module_place_sections(module);
	module_place_symbols(module);
	for (size_t i = 1; i < file->section_count; i++)
		module_relocate_section(module, i);
	module->image.object = &module->linked;
	kernel_image_sort(&module->image);
	kernel_image_find_build_id(&module->image);
}

struct error *module_image_open(const char *path, struct module_image **module)
{
	struct elf_object *file;
	try(elf_object_open(path, ELF_RELOCS_READ, &file));
	struct module_image *opened = memory_allocate(sizeof(*opened));
	opened->file = file;
	module_link(opened);
	*module = opened;
	return NULL;
}

void module_image_close(struct module_image *module)
{
	if (!module)
		return;
	for (size_t i = 0; i < module->file->section_count; i++)
		free(module->bytes[i]);
	free(module->bytes);
	free(module->linked.sections);
	free(module->linked.symbols);
	free(module->outside);
	free(module->image.by_name);
	free(module->image.by_address);
	elf_object_close(module->file);
	free(module);
}

const struct kernel_image *module_image_get(const struct module_image *module)
{
	return &module->image;
}

const char *module_image_find_section(
	const struct module_image *module, uint64_t address, uint64_t *offset)
{
	const struct elf_section *section =
		kernel_image_find_section(&module->image, address);
	if (!section)
		return NULL;
	*offset = address - section->address;
	return section->name;
}

bool module_image_find_address(const struct module_image *module, const char *section,
	uint64_t offset, uint64_t *address)
{
	const struct elf_section *found =
		elf_object_find_section(&module->linked, section);
	if (!found || !(found->flags & SHF_ALLOC))
		return false;
	*address = found->address + offset;
	return true;
}

const struct elf_symbol *module_image_find_outside(
	const struct module_image *module, uint64_t address, uint64_t *offset)
{
	uint64_t number = (address - first_symbol_address) / symbol_distance;
	if (address < first_symbol_address || number >= module->outside_count)
		return NULL;
	*offset = (address - first_symbol_address) % symbol_distance;
	return module->outside[number];
}

bool module_image_defines(
	const struct module_image *module, const struct elf_symbol *symbol)
{
	return module->file->symbols[symbol->index].section != SHN_UNDEF;
}

char *module_image_find_information(const struct module_image *module, const char *key)
{
	const struct elf_section *section =
		elf_object_find_section(module->file, information_section);
	size_t length = strlen(key);
	uint64_t at = 0;
	while (section && at < section->size) {
		const char *entry = (const char *)section->data + at;
		size_t size = strnlen(entry, section->size - at);
		if (size > length && entry[length] == '=' &&
			strncmp(entry, key, length) == 0)
			return memory_copy_range(entry + length + 1, size - length - 1);
		at += size + 1;
	}
	return NULL;
}
