// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/object_section.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json_text.h"
#include "lib/text.h"

static struct error *object_section_add(
	Elf *elf, size_t names, Elf_Scn *section, struct text *text)
{
	GElf_Shdr header;
	if (!gelf_getshdr(section, &header))
		return error_failed("%s", elf_errmsg(-1));
	const char *name = elf_strptr(elf, names, header.sh_name);
	if (!name)
		return error_failed("%s", elf_errmsg(-1));
	json_text_add_separator(text);
	text_add(text, "{");
	json_text_put_string(text, "name", name);
	json_text_put_number(text, "type", header.sh_type);
	json_text_put_number(text, "flags", header.sh_flags);
	json_text_put_number(text, "size", header.sh_size);
	json_text_put_number(text, "align", header.sh_addralign);
	text_add(text, "}");
	return NULL;
}

/* What the file is read through; zero-initialise, but .fd = -1. */
struct object_file {
	int fd;
	Elf *elf;
	size_t names; /* the section of section names */
};

static void object_file_close(struct object_file *file)
{
	elf_end(file->elf);
	cleanup_close(&file->fd);
}
#define scope_object_file __attribute__((cleanup(object_file_close)))

static struct error *object_file_open(const char *path, struct object_file *file)
{
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0)
		return error_errno("%s", path);
	elf_version(EV_CURRENT);
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (!file->elf || elf_kind(file->elf) != ELF_K_ELF ||
		elf_getshdrstrndx(file->elf, &file->names))
		return error_failed("%s: %s", path, elf_errmsg(-1));
	return NULL;
}

struct error *object_section_write(const char *path, struct text *text)
{
	scope_object_file struct object_file file = {.fd = -1};
	try(object_file_open(path, &file));
	scope_text struct text sections = {0};
	text_add(&sections, "[");
	Elf_Scn *section = NULL;
	while ((section = elf_nextscn(file.elf, section))) {
		struct error *error =
			object_section_add(file.elf, file.names, section, &sections);
		if (error)
			return error_prefix(error, "%s", path);
	}
	text_add(&sections, "]");
	text_add_range(text, sections.data, sections.size);
	return NULL;
}

/* What a relocation refers to, by name: symbols may be numbered otherwise. */
static bool object_section_describe_symbol(
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

static bool object_section_describe_relocations(const struct object_file *file,
	Elf_Scn *section, const GElf_Shdr *header, struct text *text)
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
		if (!object_section_describe_symbol(
			    file, table, GELF_R_SYM(relocation.r_info), text))
			return false;
	}
	return true;
}

/* Adds all that loading the object depends on. */
static bool object_section_describe(const char *path, struct text *text)
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
			if (!object_section_describe_relocations(
				    &file, section, &header, text))
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

bool object_section_is_same(const char *one, const char *other)
{
	scope_text struct text first = {0};
	scope_text struct text second = {0};
	return object_section_describe(one, &first) &&
	       object_section_describe(other, &second) && first.size == second.size &&
	       memcmp(first.data, second.data, first.size) == 0;
}
