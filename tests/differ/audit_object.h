/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_object.h - an ELF file as the audit sees it: sections, symbols, relocations
 *
 * Opened once and kept to the end of the program.
 */
#ifndef KSPLICE_AUDIT_OBJECT_H
#define KSPLICE_AUDIT_OBJECT_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_reloc {
	uint64_t offset; /* in the section; in an executable an address */
	uint32_t type;
	uint32_t symbol; /* its number */
	int64_t addend;
};

struct audit_section {
	const char *name;
	uint32_t number;
	uint32_t type;
	uint64_t flags;
	uint64_t address;
	uint64_t size;
	uint64_t alignment;
	uint64_t entry_size;
	const uint8_t *data;        /* NULL if it has none (.bss) */
	struct audit_reloc *relocs; /* by offset */
	size_t reloc_count;
	uint32_t *starts; /* of instructions, by audit_code; NULL if not yet decoded */
	size_t start_count;
};

struct audit_symbol {
	const char *name;
	uint64_t value;
	uint64_t size;
	uint32_t section; /* its number, or SHN_UNDEF, SHN_ABS, SHN_COMMON */
	uint32_t number;
	uint32_t file; /* the number of the FILE symbol in front of it, or 0 */
	uint8_t type;
	uint8_t binding;
};

struct audit_object {
	struct Elf *elf; /* keeps the file mapped */
	const char *path;
	bool is_linked;                 /* an executable: symbols have addresses */
	struct audit_section *sections; /* by number; the first is empty */
	size_t section_count;
	struct audit_symbol *symbols; /* by number */
	size_t symbol_count;
	const struct audit_symbol **by_name; /* all that have a name */
	size_t name_count;
	const struct audit_symbol **by_place; /* those that name something in a section */
	size_t place_count;
};

/* What a field of this type is; false for a type that the audit does not know. */
bool audit_reloc_describe(uint32_t type, unsigned *width, bool *is_relative);

/* Reads a file. It ends the program if it is not an x86-64 ELF file with a symbol table.
 */
struct audit_object *audit_object_open(const char *path);

/* The section of that name, or NULL. */
struct audit_section *audit_object_find_section(
	const struct audit_object *object, const char *name);
/* The section of a symbol, or NULL if it is undefined, absolute or common. */
struct audit_section *audit_object_symbol_section(
	const struct audit_object *object, const struct audit_symbol *symbol);
/* The symbols of a name: the first in by_name, and how many. NULL and 0: none. */
const struct audit_symbol **audit_object_find_named(
	const struct audit_object *object, const char *name, size_t *count);
/* The one symbol of that name that is defined in a section (not undefined); NULL if
 * there is none or more than one. */
const struct audit_symbol *audit_object_find_defined(
	const struct audit_object *object, const char *name);

/* The relocations of a range of a section: the first, and how many. */
const struct audit_reloc *audit_section_find_relocs(const struct audit_section *section,
	uint64_t start, uint64_t size, size_t *count);

/* A named thing of a section, a constant of a merged one, or what lies between names. */
struct audit_thing {
	const struct audit_section *section; /* NULL: none */
	uint64_t start;
	uint64_t size;
	const struct audit_symbol *symbol; /* NULL: nobody names it */
};

/* What is at an offset of a section. An offset behind the last thing gives that one. */
struct audit_thing audit_thing_find(const struct audit_object *object,
	const struct audit_section *section, uint64_t offset);
/* The thing that a symbol names. */
struct audit_thing audit_thing_of(
	const struct audit_object *object, const struct audit_symbol *symbol);
bool audit_section_is_code(const struct audit_section *section);
bool audit_section_is_merged(const struct audit_section *section);
bool audit_text_starts(const char *text, const char *start);
bool audit_text_ends(const char *text, const char *end);

#endif
