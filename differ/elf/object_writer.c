// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/object_writer.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

struct written_section {
	char *name;
	uint32_t type;
	uint64_t flags;
	uint64_t alignment;
	uint64_t entry_size;
	struct text data; /* of SHT_NOBITS the size alone counts */
	uint64_t size;
	uint32_t symbol; /* its own, or 0 */
	struct {
		Elf64_Rela *items;
		size_t count;
		size_t capacity;
	} relocs;
};

struct object_writer {
	struct {
		struct written_section *items;
		size_t count;
		size_t capacity;
	} sections; /* [0] is the null section */
	struct {
		Elf64_Sym *items;
		size_t count;
		size_t capacity;
	} symbols;         /* [0] is the null symbol */
	struct text names; /* of symbols */
};

struct object_writer *object_writer_create(void)
{
	struct object_writer *writer = memory_allocate(sizeof(*writer));
	array_add(&writer->sections);
	array_add(&writer->symbols);
	text_add_range(&writer->names, "", 1);
	return writer;
}

void object_writer_free(struct object_writer *writer)
{
	if (!writer)
		return;
	array_foreach (section, &writer->sections) {
		free(section->name);
		text_deinit(&section->data);
		free(section->relocs.items);
	}
	free(writer->sections.items);
	free(writer->symbols.items);
	text_deinit(&writer->names);
	free(writer);
}

uint32_t object_writer_section(struct object_writer *writer, const char *name,
	uint32_t type, uint64_t flags, uint64_t entry_size)
{
	for (uint32_t i = 1; i < writer->sections.count; i++) {
		if (strcmp(writer->sections.items[i].name, name) == 0)
			return i;
	}
	struct written_section *section = array_add(&writer->sections);
	section->name = memory_copy_text(name);
	section->type = type;
	section->flags = flags;
	section->alignment = 1;
	section->entry_size = entry_size;
	return (uint32_t)writer->sections.count - 1;
}

uint64_t object_writer_append(struct object_writer *writer, uint32_t number,
	const void *data, uint64_t size, uint64_t alignment)
{
	struct written_section *section = &writer->sections.items[number];
	if (section->alignment < alignment)
		section->alignment = alignment;
	uint64_t offset = (section->size + alignment - 1) & ~(alignment - 1);
	section->size = offset + size;
	if (section->type == SHT_NOBITS)
		return offset;
	text_align(&section->data, alignment);
	if (data) {
		text_add_range(&section->data, data, size);
	} else {
		scope_free void *zeros = memory_allocate(size);
		text_add_range(&section->data, zeros, size);
	}
	return offset;
}

uint64_t object_writer_size(const struct object_writer *writer, uint32_t section)
{
	return writer->sections.items[section].size;
}

uint32_t object_writer_symbol(struct object_writer *writer, const char *name,
	uint32_t section, uint64_t value, uint64_t size, uint8_t binding, uint8_t type)
{
	Elf64_Sym *symbol = array_add(&writer->symbols);
	symbol->st_value = value;
	symbol->st_size = size;
	symbol->st_shndx = (Elf64_Section)section;
	symbol->st_info = ELF64_ST_INFO(binding, type);
	if (name) {
		symbol->st_name = (Elf64_Word)writer->names.size;
		text_add_range(&writer->names, name, strlen(name) + 1);
	}
	return (uint32_t)writer->symbols.count - 1;
}

uint32_t object_writer_section_symbol(struct object_writer *writer, uint32_t number)
{
	struct written_section *section = &writer->sections.items[number];
	if (!section->symbol)
		section->symbol = object_writer_symbol(
			writer, NULL, number, 0, 0, STB_LOCAL, STT_SECTION);
	return section->symbol;
}

void object_writer_reloc(struct object_writer *writer, uint32_t section, uint64_t offset,
	uint32_t type, uint32_t symbol, int64_t addend)
{
	Elf64_Rela *reloc = array_add(&writer->sections.items[section].relocs);
	reloc->r_offset = offset;
	reloc->r_info = ELF64_R_INFO((uint64_t)symbol, type);
	reloc->r_addend = addend;
}

/* ELF wants local symbols in front: gives each its final number, and the table. */
static uint32_t writer_sort_symbols(
	const struct object_writer *writer, Elf64_Sym *sorted, uint32_t *numbers)
{
	uint32_t count = 0;
	uint32_t locals = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < writer->symbols.count; i++) {
			const Elf64_Sym *symbol = &writer->symbols.items[i];
			bool is_local = ELF64_ST_BIND(symbol->st_info) == STB_LOCAL;
			if (is_local != (pass == 0))
				continue;
			numbers[i] = count;
			sorted[count++] = *symbol;
		}
		if (!pass)
			locals = count;
	}
	return locals;
}

static Elf_Data *writer_add_data(
	Elf_Scn *scn, Elf_Type type, void *buffer, uint64_t size, uint64_t alignment)
{
	Elf_Data *data = elf_newdata(scn);
	if (!data)
		return NULL;
	data->d_buf = buffer;
	data->d_size = size;
	data->d_align = alignment;
	data->d_type = type;
	data->d_version = EV_CURRENT;
	return data;
}

/* One section with its header; the section's name goes into names. */
static Elf64_Shdr *writer_add_section(Elf *elf, struct text *names, const char *name,
	uint32_t type, Elf_Type data_type, void *buffer, uint64_t size,
	uint64_t alignment)
{
	Elf_Scn *scn = elf_newscn(elf);
	if (!scn || !writer_add_data(scn, data_type, buffer, size, alignment))
		return NULL;
	Elf64_Shdr *header = elf64_getshdr(scn);
	header->sh_name = (Elf64_Word)names->size;
	header->sh_type = type;
	header->sh_addralign = alignment;
	text_add_range(names, name, strlen(name) + 1);
	return header;
}

static bool writer_add_relocs(Elf *elf, struct text *names,
	struct written_section *section, uint32_t number, uint32_t symbol_table,
	const uint32_t *symbol_numbers)
{
	for (size_t i = 0; i < section->relocs.count; i++) {
		Elf64_Rela *reloc = &section->relocs.items[i];
		uint64_t symbol = symbol_numbers[ELF64_R_SYM(reloc->r_info)];
		reloc->r_info = ELF64_R_INFO(symbol, ELF64_R_TYPE(reloc->r_info));
	}
	scope_free char *name = memory_format(".rela%s", section->name);
	Elf64_Shdr *header = writer_add_section(elf, names, name, SHT_RELA, ELF_T_RELA,
		section->relocs.items, section->relocs.count * sizeof(Elf64_Rela), 8);
	if (!header)
		return false;
	header->sh_flags = SHF_INFO_LINK;
	header->sh_entsize = sizeof(Elf64_Rela);
	header->sh_link = symbol_table;
	header->sh_info = number;
	return true;
}

static bool writer_fill(struct object_writer *writer, Elf *elf, Elf64_Sym *sorted,
	uint32_t *numbers, struct text *names)
{
	Elf64_Ehdr *header = elf64_newehdr(elf);
	if (!header)
		return false;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_type = ET_REL;
	header->e_machine = EM_X86_64;
	header->e_version = EV_CURRENT;
	text_add_range(names, "", 1);
	for (size_t i = 1; i < writer->sections.count; i++) {
		struct written_section *section = &writer->sections.items[i];
		Elf64_Shdr *made = writer_add_section(elf, names, section->name,
			section->type, ELF_T_BYTE,
			section->type == SHT_NOBITS ? NULL : section->data.data,
			section->size, section->alignment);
		if (!made)
			return false;
		made->sh_flags = section->flags;
		made->sh_entsize = section->entry_size;
	}
	uint32_t locals = writer_sort_symbols(writer, sorted, numbers);
	uint32_t symbol_table = (uint32_t)writer->sections.count;
	Elf64_Shdr *made = writer_add_section(elf, names, ".symtab", SHT_SYMTAB,
		ELF_T_SYM, sorted, writer->symbols.count * sizeof(*sorted), 8);
	if (!made)
		return false;
	made->sh_entsize = sizeof(*sorted);
	made->sh_link = symbol_table + 1;
	made->sh_info = locals;
	if (!writer_add_section(elf, names, ".strtab", SHT_STRTAB, ELF_T_BYTE,
		    writer->names.data, writer->names.size, 1))
		return false;
	/* The stack of a module is not executable, and the linker warns otherwise. */
	if (!writer_add_section(
		    elf, names, ".note.GNU-stack", SHT_PROGBITS, ELF_T_BYTE, NULL, 0, 1))
		return false;
	for (size_t i = 1; i < writer->sections.count; i++) {
		struct written_section *section = &writer->sections.items[i];
		if (section->relocs.count && !writer_add_relocs(elf, names, section,
						     (uint32_t)i, symbol_table, numbers))
			return false;
	}
	Elf_Scn *scn = elf_newscn(elf);
	if (!scn)
		return false;
	Elf64_Shdr *last = elf64_getshdr(scn);
	last->sh_name = (Elf64_Word)names->size;
	last->sh_type = SHT_STRTAB;
	last->sh_addralign = 1;
	text_add_range(names, ".shstrtab", sizeof(".shstrtab"));
	header->e_shstrndx = (Elf64_Half)elf_ndxscn(scn);
	return writer_add_data(scn, ELF_T_BYTE, names->data, names->size, 1) &&
	       elf_update(elf, ELF_C_WRITE) >= 0;
}

struct error *object_writer_write(struct object_writer *writer, const char *path)
{
	scope_close int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_errno("%s", path);
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_WRITE, NULL);
	scope_text struct text names = {0};
	scope_free Elf64_Sym *sorted =
		memory_allocate(writer->symbols.count * sizeof(*sorted));
	scope_free uint32_t *numbers =
		memory_allocate(writer->symbols.count * sizeof(*numbers));
	/* The names grow while headers are made; the last section takes their final
	 * place. */
	bool is_written = elf && writer_fill(writer, elf, sorted, numbers, &names);
	struct error *error =
		is_written ? NULL : error_failed("%s: %s", path, elf_errmsg(-1));
	elf_end(elf);
	return error;
}
