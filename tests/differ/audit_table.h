/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_table.h - tables about code: BUG entries, exceptions, unwind data and their like
 *
 * An entry belongs to the code that its owner field leads to. Sizes of entries come from
 * the tables themselves: of the sizes that kernels have had, the one with which each
 * entry has a relocation in its owner field, and no relocation is left over.
 */
#ifndef KSPLICE_AUDIT_TABLE_H
#define KSPLICE_AUDIT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_object;
struct audit_section;
struct audit_thing;
struct audit_unit;
struct audit_update;

struct audit_table {
	const char *name;
	uint8_t sizes[4];     /* of an entry, in kernels with this architecture */
	uint8_t owner;        /* offset of the field that says which code it is about */
	uint8_t relocs;       /* how many relocations each entry has */
	bool is_derived;      /* objtool finds it by the code: no difference by itself */
	bool has_replacement; /* struct alt_instr */
};

struct audit_entry {
	const struct audit_table *table;
	const struct audit_section *section;
	uint64_t offset;
	uint64_t size;
	const struct audit_section *owner; /* the code that it is about */
	uint64_t place;                    /* in that section */
	const uint8_t *unwind; /* .orc_unwind_ip: what stands in .orc_unwind */
	uint64_t unwind_size;
	bool is_claimed;
};

struct audit_entries {
	struct audit_entry *items; /* by table, then by section and place of the owner */
	size_t count;
};

/* Reads the tables of an object. label is for complaints about sections that refer to
 * code and that the audit does not know. */
struct audit_entries *audit_entries_read(
	const struct audit_object *object, const char *label);

/* The replacement of an entry of .altinstructions: section, offset and size. */
bool audit_entry_find_replacement(const struct audit_object *object,
	const struct audit_entry *entry, struct audit_thing *replacement);

/* Finds in the update module each entry that post has for code that travels, pairs the
 * replacements, and complains about entries of the module that post does not have. */
void audit_table_check(struct audit_update *update);

#endif
