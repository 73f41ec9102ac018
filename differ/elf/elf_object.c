// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/elf_object.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"

struct elf_file {
	Elf *elf;
	int fd;
};

/* The relocation types that x86_64 kernel objects use, from the psABI. */
static const struct reloc_kind {
	const char *name;
	uint8_t width;
	bool relative;
} reloc_kinds[] = {
	[R_X86_64_NONE] = {"R_X86_64_NONE", 0, false},
	[R_X86_64_64] = {"R_X86_64_64", 8, false},
	[R_X86_64_PC32] = {"R_X86_64_PC32", 4, true},
	[R_X86_64_PLT32] = {"R_X86_64_PLT32", 4, true},
	[R_X86_64_32] = {"R_X86_64_32", 4, false},
	[R_X86_64_32S] = {"R_X86_64_32S", 4, false},
	[R_X86_64_16] = {"R_X86_64_16", 2, false},
	[R_X86_64_PC16] = {"R_X86_64_PC16", 2, true},
	[R_X86_64_8] = {"R_X86_64_8", 1, false},
	[R_X86_64_PC8] = {"R_X86_64_PC8", 1, true},
	[R_X86_64_PC64] = {"R_X86_64_PC64", 8, true},
};

static const struct reloc_kind *elf_reloc_find(uint32_t type)
{
	size_t known = sizeof(reloc_kinds) / sizeof(reloc_kinds[0]);
	return type < known && reloc_kinds[type].name ? &reloc_kinds[type] : NULL;
}

unsigned elf_reloc_width(uint32_t type)
{
	const struct reloc_kind *kind = elf_reloc_find(type);
	return kind ? kind->width : 0;
}

bool elf_reloc_is_relative(uint32_t type)
{
	const struct reloc_kind *kind = elf_reloc_find(type);
	return kind && kind->relative;
}

static struct error *elf_problem(const struct elf_object *object, const char *problem)
{
	return error_failed("%s: %s", object->path, problem);
}

static struct error *elf_object_check(const struct elf_object *object)
{
	size_t size;
	const char *ident = elf_getident(object->file->elf, &size);
	if (elf_kind(object->file->elf) != ELF_K_ELF || !ident)
		return elf_problem(object, "not an ELF file");
	const Elf64_Ehdr *header = elf64_getehdr(object->file->elf);
	if (!header || ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_X86_64)
		return elf_problem(object, "not an ELF file for x86_64");
	return NULL;
}

static struct error *elf_object_read_sections(struct elf_object *object)
{
	Elf *elf = object->file->elf;
	size_t names;
	if (elf_getshdrnum(elf, &object->section_count) || elf_getshdrstrndx(elf, &names))
		return elf_problem(object, elf_errmsg(-1));
	if (!object->section_count)
		return elf_problem(object, "has no sections");
	object->sections =
		memory_allocate(object->section_count * sizeof(struct elf_section));
	object->sections[0].name = "";
	for (size_t i = 1; i < object->section_count; i++) {
		struct elf_section *section = &object->sections[i];
		Elf_Scn *scn = elf_getscn(elf, i);
		const Elf64_Shdr *header = scn ? elf64_getshdr(scn) : NULL;
		if (!header)
			return elf_problem(object, elf_errmsg(-1));
		section->name = elf_strptr(elf, names, header->sh_name);
		if (!section->name)
			return elf_problem(object, "has a section without a valid name");
		section->index = (uint32_t)i;
		section->type = header->sh_type;
		section->flags = header->sh_flags;
		section->address = header->sh_addr;
		section->size = header->sh_size;
		section->file_offset = header->sh_offset;
		section->alignment = header->sh_addralign ? header->sh_addralign : 1;
		section->entry_size = header->sh_entsize;
		section->link = header->sh_link;
		section->info = header->sh_info;
		if (section->type == SHT_NOBITS || section->type == SHT_RELA)
			continue;
		const Elf_Data *data = elf_rawdata(scn, NULL);
		if (!data || (data->d_size != section->size))
			return elf_problem(
				object, "is cut off: a section is not in the file");
		section->data = data->d_buf ? data->d_buf : (const uint8_t *)"";
	}
	return NULL;
}

static struct error *elf_object_read_symbols(struct elf_object *object)
{
	const struct elf_section *table = NULL;
	for (size_t i = 1; i < object->section_count && !table; i++) {
		if (object->sections[i].type == SHT_SYMTAB)
			table = &object->sections[i];
	}
	if (!table)
		return elf_problem(object, "has no symbol table");
	if (table->link >= object->section_count)
		return elf_problem(object, "has a symbol table without names");
	const struct elf_section *strings = &object->sections[table->link];
	const Elf64_Sym *entries = (const Elf64_Sym *)table->data;
	size_t count = table->size / sizeof(Elf64_Sym);
	object->symbols = memory_allocate(count * sizeof(struct elf_symbol));
	object->symbol_count = count;
	if (!strings->data || !strings->size || strings->data[strings->size - 1])
		return elf_problem(object, "has a damaged table of symbol names");
	for (size_t i = 0; i < count; i++) {
		struct elf_symbol *symbol = &object->symbols[i];
		if (entries[i].st_name >= strings->size)
			return elf_problem(object, "has a symbol without a valid name");
		symbol->name = (const char *)strings->data + entries[i].st_name;
		symbol->value = entries[i].st_value;
		symbol->size = entries[i].st_size;
		symbol->index = (uint32_t)i;
		symbol->section = entries[i].st_shndx;
		symbol->type = ELF64_ST_TYPE(entries[i].st_info);
		symbol->binding = ELF64_ST_BIND(entries[i].st_info);
		if (symbol->section == SHN_XINDEX)
			return elf_problem(
				object, "has more sections than this tool reads");
		if (symbol->section < SHN_LORESERVE) {
			if (symbol->section >= object->section_count)
				return elf_problem(object,
					"has a symbol in a section that does not exist");
			if (symbol->type == STT_SECTION)
				symbol->name = object->sections[symbol->section].name;
		}
	}
	return NULL;
}

static int elf_reloc_compare(const void *left, const void *right)
{
	const struct elf_reloc *a = left;
	const struct elf_reloc *b = right;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static struct error *elf_object_read_relocs(struct elf_object *object)
{
	for (size_t i = 1; i < object->section_count; i++) {
		const struct elf_section *table = &object->sections[i];
		if (table->type != SHT_RELA)
			continue;
		if (!table->info || table->info >= object->section_count)
			return elf_problem(object,
				"has relocations for a section that does not exist");
		struct elf_section *section = &object->sections[table->info];
		const Elf_Data *data =
			elf_getdata(elf_getscn(object->file->elf, i), NULL);
		if (!data)
			return elf_problem(object, elf_errmsg(-1));
		const Elf64_Rela *entries = data->d_buf;
		size_t count = data->d_size / sizeof(Elf64_Rela);
		section->relocs = memory_allocate(count * sizeof(struct elf_reloc));
		section->reloc_count = count;
		bool sorted = true;
		for (size_t k = 0; k < count; k++) {
			struct elf_reloc *reloc = &section->relocs[k];
			reloc->offset = entries[k].r_offset;
			reloc->addend = entries[k].r_addend;
			reloc->type = (uint32_t)ELF64_R_TYPE(entries[k].r_info);
			reloc->symbol = (uint32_t)ELF64_R_SYM(entries[k].r_info);
			uint64_t width = elf_reloc_width(reloc->type);
			if (reloc->symbol >= object->symbol_count ||
				reloc->offset > section->size ||
				width > section->size - reloc->offset)
				return elf_problem(object, "has a damaged relocation");
			sorted &= !k || reloc[-1].offset <= reloc->offset;
		}
		if (!sorted)
			qsort(section->relocs, count, sizeof(struct elf_reloc),
				elf_reloc_compare);
	}
	return NULL;
}

static struct error *elf_object_read(struct elf_object *object, enum elf_relocs relocs)
{
	if (file_is_folder(object->path))
		return elf_problem(object, "is a folder, not an ELF file");
	object->file->fd = open(object->path, O_RDONLY | O_CLOEXEC);
	if (object->file->fd < 0)
		return error_errno("%s", object->path);
	elf_version(EV_CURRENT);
	object->file->elf = elf_begin(object->file->fd, ELF_C_READ_MMAP, NULL);
	if (!object->file->elf)
		return elf_problem(object, elf_errmsg(-1));
	try(elf_object_check(object));
	try(elf_object_read_sections(object));
	try(elf_object_read_symbols(object));
	/* In a linked file the places of relocations are addresses. */
	if (relocs == ELF_RELOCS_READ &&
		elf64_getehdr(object->file->elf)->e_type != ET_REL)
		return error_hint(elf_problem(object, "is a linked file"),
			"name an object file as the compiler makes it (.o)");
	if (relocs == ELF_RELOCS_READ)
		try(elf_object_read_relocs(object));
	/* All is mapped: thousands of objects may be open at once, their files not. */
	elf_cntl(object->file->elf, ELF_C_FDDONE);
	close(object->file->fd);
	object->file->fd = -1;
	return NULL;
}

struct error *elf_object_open(
	const char *path, enum elf_relocs relocs, struct elf_object **object)
{
	struct elf_object *opened = memory_allocate(sizeof(*opened));
	opened->path = memory_copy_text(path);
	opened->file = memory_allocate(sizeof(*opened->file));
	struct error *error = elf_object_read(opened, relocs);
	if (error)
		elf_object_close(opened);
	else
		*object = opened;
	return error;
}

void elf_object_close(struct elf_object *object)
{
	if (!object)
		return;
	for (size_t i = 0; i < object->section_count; i++)
		free(object->sections[i].relocs);
	free(object->sections);
	free(object->symbols);
	elf_end(object->file->elf);
	cleanup_close(&object->file->fd);
	free(object->file);
	free(object->path);
	free(object);
}

const struct elf_section *elf_object_find_section(
	const struct elf_object *object, const char *name)
{
	for (size_t i = 1; i < object->section_count; i++) {
		if (strcmp(object->sections[i].name, name) == 0)
			return &object->sections[i];
	}
	return NULL;
}

const struct elf_section *elf_object_symbol_section(
	const struct elf_object *object, const struct elf_symbol *symbol)
{
	if (symbol->section == SHN_UNDEF || symbol->section >= SHN_LORESERVE)
		return NULL;
	return &object->sections[symbol->section];
}
