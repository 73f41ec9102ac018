// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/debug_content.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/error.h"
#include "lib/text.h"

static const char *const debug_names[] = {
	".debug_",
	".rela.debug_",
	".gnu.debuglto_",
	".rela.gnu.debuglto_",
};

static bool section_is_debug(const Elf64_Shdr *section, const char *name)
{
	if (section->sh_flags & SHF_ALLOC || section->sh_type == SHT_NOBITS)
		return false;
	for (size_t i = 0; i < sizeof(debug_names) / sizeof(debug_names[0]); i++) {
		if (text_has_prefix(name, debug_names[i]))
			return true;
	}
	return false;
}

static bool range_is_inside(uint64_t offset, uint64_t length, size_t size)
{
	return offset <= size && length <= size - offset;
}

struct error *debug_content_clear(const char *path, char *data, size_t size)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)data;
	if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
		header->e_ident[EI_CLASS] != ELFCLASS64 ||
		header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_failed("%s: not a 64-bit ELF file", path);
	uint64_t table = header->e_shoff;
	if (table % _Alignof(Elf64_Shdr) ||
		!range_is_inside(table, sizeof(Elf64_Shdr), size))
		return error_failed("%s: has no sections", path);
	Elf64_Shdr *sections = (Elf64_Shdr *)(data + table);
	/* Where the numbers do not fit into the header, they are in section 0. */
	uint64_t count = header->e_shnum ? header->e_shnum : sections[0].sh_size;
	uint32_t names = header->e_shstrndx == SHN_XINDEX ? sections[0].sh_link
							  : header->e_shstrndx;
	if (count > (size - table) / sizeof(*sections) || names >= count ||
		!range_is_inside(
			sections[names].sh_offset, sections[names].sh_size, size) ||
		!sections[names].sh_size ||
		data[sections[names].sh_offset + sections[names].sh_size - 1])
		return error_failed("%s: has a damaged table of sections", path);
	for (uint64_t i = 1; i < count; i++) {
		Elf64_Shdr *section = &sections[i];
		if (section->sh_name >= sections[names].sh_size)
			return error_failed("%s: has a damaged table of sections", path);
		if (!section_is_debug(
			    section, data + sections[names].sh_offset + section->sh_name))
			continue;
		if (!range_is_inside(section->sh_offset, section->sh_size, size))
			return error_failed("%s: has a damaged table of sections", path);
		memset(data + section->sh_offset, 0, section->sh_size);
		section->sh_type = SHT_NOBITS;
	}
	return NULL;
}
