// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/object_compare.h"

#include <gelf.h>
#include <string.h>

#include "ccwrap/object_file.h"
#include "lib/error.h"
#include "lib/text.h"

/* Adds the symbol of a relocation by its name, because its number may differ. */
static bool object_describe_symbol(
	const struct object_file *file, Elf_Scn *table, size_t number, struct text *text)
{
	GElf_Shdr header;
	GElf_Sym symbol;
	Elf_Data *data = elf_getdata(table, NULL);
	if (!gelf_getshdr(table, &header) || !data ||
		!gelf_getsym(data, (int)number, &symbol))
		return false;
	const char *name = elf_strptr(file->elf, header.sh_link, symbol.st_name);
	if (GELF_ST_TYPE(symbol.st_info) == STT_SECTION) {
		GElf_Shdr section;
		Elf_Scn *target = elf_getscn(file->elf, symbol.st_shndx);
		if (!target || !gelf_getshdr(target, &section))
			return false;
		name = elf_strptr(file->elf, file->names, section.sh_name);
	}
	text_add_format(text, "%s %x %llx\n", name ? name : "", symbol.st_info,
		(unsigned long long)symbol.st_value);
	return name != NULL;
}

static bool object_describe_relocations(const struct object_file *file, Elf_Scn *section,
	const GElf_Shdr *header, struct text *text)
{
	Elf_Scn *table = elf_getscn(file->elf, header->sh_link);
	Elf_Data *data = elf_getdata(section, NULL);
	if (!table || !data || !header->sh_entsize)
		return false;
	for (size_t i = 0; i < header->sh_size / header->sh_entsize; i++) {
		GElf_Rela relocation;
		if (!gelf_getrela(data, (int)i, &relocation))
			return false;
		text_add_format(text, "%llx %llx %lld ",
			(unsigned long long)relocation.r_offset,
			(unsigned long long)GELF_R_TYPE(relocation.r_info),
			(long long)relocation.r_addend);
		if (!object_describe_symbol(
			    file, table, GELF_R_SYM(relocation.r_info), text))
			return false;
	}
	return true;
}

/* Adds everything that the object's code, data and relocations depend on. */
static bool object_describe(const char *path, struct text *text)
{
	scope_object_file struct object_file file = {.fd = -1};
	scope_error struct error *error = object_file_open(path, &file);
	if (error)
		return false;
	Elf_Scn *section = NULL;
	while ((section = elf_nextscn(file.elf, section))) {
		GElf_Shdr header;
		GElf_Shdr target = {0};
		if (!gelf_getshdr(section, &header))
			return false;
		const char *name = elf_strptr(file.elf, file.names, header.sh_name);
		if (header.sh_type == SHT_RELA &&
			!gelf_getshdr(elf_getscn(file.elf, header.sh_info), &target))
			return false;
		if (target.sh_flags & SHF_ALLOC) {
			text_add_format(text, "%s\n", name);
			if (!object_describe_relocations(&file, section, &header, text))
				return false;
		}
		if (!(header.sh_flags & SHF_ALLOC))
			continue;
		text_add_format(text, "%s %x %llx %llx\n", name, header.sh_type,
			(unsigned long long)header.sh_flags,
			(unsigned long long)header.sh_addralign);
		Elf_Data *data = elf_getdata(section, NULL);
		if (header.sh_type != SHT_NOBITS && data && data->d_buf)
			text_add_range(text, data->d_buf, data->d_size);
		text_add_format(text, "%llx\n", (unsigned long long)header.sh_size);
	}
	return true;
}

bool object_compare(const char *one, const char *other)
{
	scope_text struct text first = {0};
	scope_text struct text second = {0};
	return object_describe(one, &first) && object_describe(other, &second) &&
	       first.size == second.size &&
	       memcmp(first.data, second.data, first.size) == 0;
}
