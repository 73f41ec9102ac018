/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * special_section.h - what the sections of a kernel object are for
 *
 * Most sections hold functions and data. Some are tables about code: each entry
 * belongs to the function it points into, is compared with it and travels with it.
 * Others register something at boot, and cannot be patched in. One table here says
 * which is which; a section that it does not know is data if a symbol names it, and
 * is refused when it changes otherwise.
 */
#ifndef KSPLICE_DIFFER_PIECE_SPECIAL_SECTION_H
#define KSPLICE_DIFFER_PIECE_SPECIAL_SECTION_H

#include <stdbool.h>
#include <stdint.h>

struct elf_section;
struct error;
struct kernel_layout;

enum section_role {
	SECTION_CODE,
	SECTION_DATA,        /* named by symbols */
	SECTION_MERGED,      /* strings or constants, identified by content */
	SECTION_TABLE,       /* entries about code, see struct special_section */
	SECTION_REPLACEMENT, /* .altinstr_replacement: code that belongs to entries */
	SECTION_AUXILIARY,   /* .altinstr_aux: code that belongs to who jumps to it */
	SECTION_ONCE,        /* acts once, at boot or at load: cannot be patched in */
	SECTION_IGNORED,     /* not loaded, or derived from the rest */
};

struct special_section {
	const char *name;
	enum section_role role;
	bool is_prefix; /* name stands for all names that start with it */
	/* Of a table: offset of its entry size and of the field that points to the
	 * code it is about, as offsets in struct kernel_layout; 0 for none. */
	uint16_t entry_size_field;
	uint16_t owner_field;
	uint16_t entry_size; /* where it is part of the ABI and in no struct */
	bool is_derived;     /* follows from the code alone: not compared */
	const char *what;    /* for messages: what a change in it is */
	const char *reason;  /* refusal reason of SECTION_ONCE */
};

/* The row for a section, NULL if the table has none. */
const struct special_section *special_section_find(const char *name);

enum section_role special_section_role(const struct elf_section *section);

/* The bytes of an entry, and the offset of the relocation that names its owner. Refused
 * if this kernel's layout does not say. */
struct error *special_section_entry(const struct special_section *special,
	const struct kernel_layout *layout, uint64_t *size, uint64_t *owner);

#endif
