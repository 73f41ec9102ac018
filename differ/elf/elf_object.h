/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elf_object.h - an ELF file as plain tables: sections, symbols, relocations
 *
 * Everything in differ/ reads objects and vmlinux through this; libelf stays in
 * the .c file. Only 64-bit little-endian x86_64 is taken. The tables are read-only
 * and live as long as the object.
 */
#ifndef KSPLICE_DIFFER_ELF_ELF_OBJECT_H
#define KSPLICE_DIFFER_ELF_ELF_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

struct elf_reloc {
	uint64_t offset; /* in the section it applies to */
	int64_t addend;
	uint32_t type;   /* R_X86_64_... */
	uint32_t symbol; /* index in symbols */
};

struct elf_section {
	const char *name;
	uint32_t index;
	uint32_t type;  /* SHT_... */
	uint64_t flags; /* SHF_... */
	uint64_t address;
	uint64_t size;
	uint64_t file_offset;
	uint64_t alignment;
	uint64_t entry_size;
	uint32_t link;
	uint32_t info;
	const uint8_t *data;      /* size bytes; NULL for SHT_NOBITS */
	struct elf_reloc *relocs; /* sorted by offset */
	size_t reloc_count;
};

struct elf_symbol {
	const char *name; /* a section symbol has its section's name */
	uint64_t value;
	uint64_t size;
	uint32_t index;
	uint32_t section; /* index in sections, or SHN_UNDEF, SHN_ABS, SHN_COMMON */
	uint8_t type;     /* STT_... */
	uint8_t binding;  /* STB_... */
};

struct elf_object {
	char *path;
	struct elf_section *sections; /* [0] is the null section */
	size_t section_count;
	struct elf_symbol *symbols; /* [0] is the null symbol */
	size_t symbol_count;
	struct elf_file *file;
};

enum elf_relocs { ELF_RELOCS_SKIP, ELF_RELOCS_READ };

/* Opens and checks the file; release with elf_object_close. */
struct error *elf_object_open(
	const char *path, enum elf_relocs relocs, struct elf_object **object);
/* NULL is fine. */
void elf_object_close(struct elf_object *object);

/* The first section of that name, NULL if there is none. */
const struct elf_section *elf_object_find_section(
	const struct elf_object *object, const char *name);

/* The section a symbol is defined in; NULL for undefined, absolute and common. */
const struct elf_section *elf_object_symbol_section(
	const struct elf_object *object, const struct elf_symbol *symbol);

/* Bytes that a relocation of that type fills in; 0 for a type unknown here. */
unsigned elf_reloc_width(uint32_t type);
/* True if the place is subtracted. */
bool elf_reloc_is_relative(uint32_t type);

static inline bool elf_section_is_code(const struct elf_section *section)
{
	return section->flags & SHF_EXECINSTR;
}

static inline void cleanup_elf_object(struct elf_object **object)
{
	elf_object_close(*object);
}
#define scope_elf_object __attribute__((cleanup(cleanup_elf_object)))

#endif
