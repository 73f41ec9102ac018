// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_object.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/differ/audit_report.h"

bool audit_text_starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

bool audit_text_ends(const char *text, const char *end)
{
	size_t size = strlen(text);
	size_t tail = strlen(end);
	return size >= tail && strcmp(text + size - tail, end) == 0;
}

bool audit_reloc_describe(uint32_t type, unsigned *width, bool *is_relative)
{
	static const struct {
		uint32_t type;
		unsigned width;
		bool is_relative;
	} known[] = {
		{R_X86_64_NONE, 0, false},
		{R_X86_64_64, 8, false},
		{R_X86_64_PC32, 4, true},
		{R_X86_64_PLT32, 4, true},
		{R_X86_64_32, 4, false},
		{R_X86_64_32S, 4, false},
		{R_X86_64_PC64, 8, true},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].type == type) {
			*width = known[i].width;
			*is_relative = known[i].is_relative;
			return true;
		}
	}
	return false;
}

bool audit_section_is_code(const struct audit_section *section)
{
	return section->flags & SHF_EXECINSTR;
}

bool audit_section_is_merged(const struct audit_section *section)
{
	return section->flags & SHF_MERGE && section->entry_size;
}

static int reloc_compare(const void *left, const void *right)
{
	const struct audit_reloc *a = left;
	const struct audit_reloc *b = right;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static int name_compare(const void *left, const void *right)
{
	const struct audit_symbol *a = *(const struct audit_symbol *const *)left;
	const struct audit_symbol *b = *(const struct audit_symbol *const *)right;
	int order = strcmp(a->name, b->name);
	return order ? order : a->number < b->number ? -1 : a->number > b->number;
}

/* By section and value; of several at one place the one that says most is first. */
static int place_compare(const void *left, const void *right)
{
	const struct audit_symbol *a = *(const struct audit_symbol *const *)left;
	const struct audit_symbol *b = *(const struct audit_symbol *const *)right;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if ((a->binding == STB_LOCAL) != (b->binding == STB_LOCAL))
		return a->binding == STB_LOCAL ? 1 : -1;
	return strcmp(a->name, b->name);
}

static void object_read_sections(struct audit_object *object, Elf *elf)
{
	size_t names;
	if (elf_getshdrnum(elf, &object->section_count) || elf_getshdrstrndx(elf, &names))
		audit_fail("%s: no section table", object->path);
	object->sections =
		audit_allocate(object->section_count * sizeof(*object->sections));
	Elf_Scn *scn = NULL;
	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr header;
		struct audit_section *section = &object->sections[elf_ndxscn(scn)];
		if (!gelf_getshdr(scn, &header))
			audit_fail("%s: unreadable section header", object->path);
		section->name = elf_strptr(elf, names, header.sh_name);
		section->number = (uint32_t)elf_ndxscn(scn);
		section->type = header.sh_type;
		section->flags = header.sh_flags;
		section->address = header.sh_addr;
		section->size = header.sh_size;
		section->alignment = header.sh_addralign ? header.sh_addralign : 1;
		section->entry_size = header.sh_entsize;
		Elf_Data *data =
			header.sh_type == SHT_NOBITS ? NULL : elf_rawdata(scn, NULL);
		if (data && data->d_size == header.sh_size)
			section->data = data->d_buf;
		if (!section->name)
			audit_fail("%s: a section without a name", object->path);
	}
	object->sections[0].name = "";
}

static void object_read_symbols(
	struct audit_object *object, Elf *elf, Elf_Scn *table, Elf_Scn *extended)
{
	GElf_Shdr header;
	Elf_Data *data = elf_getdata(table, NULL);
	Elf_Data *numbers = extended ? elf_getdata(extended, NULL) : NULL;
	if (!gelf_getshdr(table, &header) || !data)
		audit_fail("%s: unreadable symbol table", object->path);
	object->symbol_count = header.sh_size / sizeof(Elf64_Sym);
	object->symbols = audit_allocate(object->symbol_count * sizeof(*object->symbols));
	uint32_t file = 0;
	for (size_t i = 0; i < object->symbol_count; i++) {
		GElf_Sym read;
		Elf32_Word far = 0;
		struct audit_symbol *symbol = &object->symbols[i];
		if (!gelf_getsymshndx(data, numbers, (int)i, &read, &far))
			audit_fail("%s: unreadable symbol", object->path);
		symbol->name = elf_strptr(elf, header.sh_link, read.st_name);
		symbol->value = read.st_value;
		symbol->size = read.st_size;
		symbol->section = read.st_shndx == SHN_XINDEX ? far : read.st_shndx;
		symbol->number = (uint32_t)i;
		symbol->type = GELF_ST_TYPE(read.st_info);
		symbol->binding = GELF_ST_BIND(read.st_info);
		if (!symbol->name)
			audit_fail("%s: a symbol's name is missing", object->path);
		if (symbol->type == STT_FILE)
			file = (uint32_t)i;
		symbol->file = symbol->binding == STB_LOCAL ? file : 0;
	}
}

static void object_read_relocs(struct audit_object *object, Elf_Scn *scn)
{
	GElf_Shdr header;
	Elf_Data *data = elf_getdata(scn, NULL);
	if (!gelf_getshdr(scn, &header) || !data ||
		header.sh_info >= object->section_count)
		audit_fail("%s: unreadable relocations", object->path);
	struct audit_section *section = &object->sections[header.sh_info];
	size_t count = header.sh_size / sizeof(Elf64_Rela);
	const Elf64_Rela *relocs = data->d_buf; /* x86-64: the file's form is ours */
	bool is_sorted = true;
	section->relocs = audit_allocate(count * sizeof(*section->relocs));
	section->reloc_count = count;
	for (size_t i = 0; i < count; i++) {
		section->relocs[i] = (struct audit_reloc){relocs[i].r_offset,
			(uint32_t)ELF64_R_TYPE(relocs[i].r_info),
			(uint32_t)ELF64_R_SYM(relocs[i].r_info), relocs[i].r_addend};
		if (section->relocs[i].symbol >= object->symbol_count)
			audit_fail("%s: %s: a relocation against no symbol", object->path,
				section->name);
		is_sorted &= !i || relocs[i - 1].r_offset <= relocs[i].r_offset;
	}
	if (!is_sorted)
		qsort(section->relocs, count, sizeof(*section->relocs), reloc_compare);
}

static bool symbol_is_naming(
	const struct audit_object *object, const struct audit_symbol *symbol)
{
	return symbol->name[0] && symbol->type != STT_SECTION &&
	       symbol->type != STT_FILE && !audit_text_starts(symbol->name, ".L") &&
	       symbol->section && symbol->section < object->section_count;
}

static void object_sort_symbols(struct audit_object *object)
{
	size_t size = object->symbol_count * sizeof(*object->by_name);
	object->by_name = audit_allocate(size);
	object->by_place = audit_allocate(size);
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct audit_symbol *symbol = &object->symbols[i];
		if (symbol->name[0] && symbol->type != STT_SECTION &&
			symbol->type != STT_FILE)
			object->by_name[object->name_count++] = symbol;
		if (symbol_is_naming(object, symbol))
			object->by_place[object->place_count++] = symbol;
	}
	qsort(object->by_name, object->name_count, sizeof(*object->by_name),
		name_compare);
	qsort(object->by_place, object->place_count, sizeof(*object->by_place),
		place_compare);
}

struct audit_object *audit_object_open(const char *path)
{
	struct audit_object *object = audit_allocate(sizeof(*object));
	GElf_Ehdr header;
	object->path = strdup(path);
	elf_version(EV_CURRENT);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || !gelf_getehdr(elf, &header))
		audit_fail("%s: not a readable ELF file", path);
	if (header.e_machine != EM_X86_64 || header.e_ident[EI_CLASS] != ELFCLASS64)
		audit_fail("%s: not for x86-64", path);
	object->is_linked = header.e_type != ET_REL;
	object_read_sections(object, elf);
	Elf_Scn *table = NULL;
	Elf_Scn *extended = NULL;
	for (size_t i = 1; i < object->section_count; i++) {
		if (object->sections[i].type == SHT_SYMTAB)
			table = elf_getscn(elf, i);
		if (object->sections[i].type == SHT_SYMTAB_SHNDX)
			extended = elf_getscn(elf, i);
	}
	if (!table)
		audit_fail("%s: no symbol table", path);
	object_read_symbols(object, elf, table, extended);
	for (size_t i = 1; i < object->section_count; i++) {
		if (object->sections[i].type == SHT_RELA)
			object_read_relocs(object, elf_getscn(elf, i));
	}
	object_sort_symbols(object);
	object->elf = elf;
	close(fd);
	return object;
}

struct audit_section *audit_object_find_section(
	const struct audit_object *object, const char *name)
{
	for (size_t i = 1; i < object->section_count; i++) {
		if (strcmp(object->sections[i].name, name) == 0)
			return &object->sections[i];
	}
	return NULL;
}

struct audit_section *audit_object_symbol_section(
	const struct audit_object *object, const struct audit_symbol *symbol)
{
	if (!symbol->section || symbol->section >= object->section_count)
		return NULL;
	return &object->sections[symbol->section];
}

const struct audit_symbol **audit_object_find_named(
	const struct audit_object *object, const char *name, size_t *count)
{
	size_t low = 0;
	size_t high = object->name_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(object->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < object->name_count &&
		strcmp(object->by_name[low + *count]->name, name) == 0)
		++*count;
	return *count ? object->by_name + low : NULL;
}

const struct audit_symbol *audit_object_find_defined(
	const struct audit_object *object, const char *name)
{
	size_t count;
	const struct audit_symbol *found = NULL;
	const struct audit_symbol **first = audit_object_find_named(object, name, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->section == SHN_UNDEF)
			continue;
		if (found)
			return NULL;
		found = first[i];
	}
	return found;
}

const struct audit_reloc *audit_section_find_relocs(
	const struct audit_section *section, uint64_t start, uint64_t size, size_t *count)
{
	size_t low = 0;
	size_t high = section->reloc_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->relocs[middle].offset < start)
			low = middle + 1;
		else
			high = middle;
	}
	*count = 0;
	while (low + *count < section->reloc_count &&
		section->relocs[low + *count].offset < start + size)
		++*count;
	return section->relocs + low;
}

static struct audit_thing thing_find_merged(
	const struct audit_section *section, uint64_t offset)
{
	uint64_t unit = section->entry_size;
	if (offset >= section->size)
		offset = section->size ? section->size - 1 : 0;
	uint64_t start = offset - offset % unit;
	uint64_t end = start + unit;
	static const uint8_t zero[8];
	if (section->flags & SHF_STRINGS && unit <= sizeof(zero)) {
		while (start && memcmp(section->data + start - unit, zero, unit) != 0)
			start -= unit;
		while (end < section->size &&
			memcmp(section->data + end - unit, zero, unit) != 0)
			end += unit;
	}
	return (struct audit_thing){section, start, end - start, NULL};
}

struct audit_thing audit_thing_find(const struct audit_object *object,
	const struct audit_section *section, uint64_t offset)
{
	if (audit_section_is_merged(section) && section->data)
		return thing_find_merged(section, offset);
	size_t low = 0;
	size_t high = object->place_count;
	while (low < high) { /* the first symbol behind the offset */
		size_t middle = low + (high - low) / 2;
		const struct audit_symbol *symbol = object->by_place[middle];
		if (symbol->section < section->number ||
			(symbol->section == section->number && symbol->value <= offset))
			low = middle + 1;
		else
			high = middle;
	}
	uint64_t end = section->size; /* of what has no size of its own */
	if (low < object->place_count &&
		object->by_place[low]->section == section->number)
		end = object->by_place[low]->value;
	uint64_t start = 0;
	const struct audit_symbol *unsized = NULL;
	const struct audit_symbol *last = NULL;
	for (size_t i = low; i-- && object->by_place[i]->section == section->number;) {
		const struct audit_symbol *symbol = object->by_place[i];
		uint64_t symbol_end = symbol->value + symbol->size;
		if (symbol->size && offset < symbol_end) {
			/* the first of those at the same place */
			while (i && object->by_place[i - 1]->section == section->number &&
				object->by_place[i - 1]->value == symbol->value)
				symbol = object->by_place[--i];
			return (struct audit_thing){
				section, symbol->value, symbol->size, symbol};
		}
		if (!symbol->size && (!unsized || unsized->value == symbol->value) &&
			!start)
			unsized = symbol;
		if (symbol->size && symbol_end > start) {
			start = symbol_end;
			last = symbol;
		}
	}
	if (unsized && unsized->type == STT_OBJECT && unsized->value == offset)
		return (struct audit_thing){section, unsized->value, 0, unsized};
	if (unsized && unsized->value >= start && unsized->type != STT_OBJECT)
		return (struct audit_thing){
			section, unsized->value, end - unsized->value, unsized};
	if (last && start >= section->size)
		return (struct audit_thing){section, last->value, last->size, last};
	return (struct audit_thing){section, start, end > start ? end - start : 0, NULL};
}

struct audit_thing audit_thing_of(
	const struct audit_object *object, const struct audit_symbol *symbol)
{
	const struct audit_section *section = audit_object_symbol_section(object, symbol);
	if (!section)
		return (struct audit_thing){0};
	struct audit_thing thing = {section, symbol->value, symbol->size, symbol};
	/* A variable without a size has no content; code without one has. */
	if (!symbol->size && symbol->type != STT_OBJECT)
		thing.size = audit_thing_find(object, section, symbol->value).size;
	return thing;
}
