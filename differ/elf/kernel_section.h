/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_section.h - what the sections of a kernel object are for
 *
 * The one table of section names. Most sections hold functions and data. Some are tables
 * about code: each entry belongs to the function it points into, is compared with it and
 * travels with it. Others register something at boot, and cannot be patched in. Cutting
 * objects into pieces, finding their places in vmlinux and packing them use this table.
 *
 * A section that is not in the table is treated as code or data by its flags; is_known is
 * false then, because it is not known what the kernel does with it.
 */
#ifndef KSPLICE_DIFFER_ELF_KERNEL_SECTION_H
#define KSPLICE_DIFFER_ELF_KERNEL_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_section;
struct error;
struct kernel_layout;

enum section_role {
	SECTION_CODE,
	SECTION_DATA,        /* named by symbols */
	SECTION_MERGED,      /* strings or constants, identified by content */
	SECTION_TABLE,       /* entries about code, see struct kernel_section */
	SECTION_REPLACEMENT, /* .altinstr_replacement: code that belongs to entries */
	SECTION_AUXILIARY,   /* .altinstr_aux: code that belongs to who jumps to it */
	SECTION_ONCE,        /* acts once, at boot or at load: cannot be patched in */
	SECTION_HOOK,    /* pointers to functions that the author wants to be called */
	SECTION_IGNORED, /* not loaded, or derived from the rest */
};

/* How long the content is in memory, and what may be done with it there. Two sections of
 * one kind are as good as each other. */
enum section_kind {
	SECTION_KIND_TEXT,
	SECTION_KIND_SPECIAL_TEXT, /* where it stands has a meaning: see its name */
	SECTION_KIND_INIT,         /* freed after boot; __exit code of vmlinux too */
	SECTION_KIND_CONSTANT,
	SECTION_KIND_RO_AFTER_INIT,
	SECTION_KIND_WRITABLE,
	SECTION_KIND_PER_CPU,
};

/* Where the linker leaves a section of vmlinux. */
enum section_placing {
	SECTION_PLACED = 0, /* in one piece */
	SECTION_SORTED,     /* its entries are sorted after the link */
	SECTION_DISCARDED,
};

struct kernel_section {
	const char *name;
	enum section_role role;
	bool is_prefix;         /* name stands for all names that start with it */
	enum section_kind kind; /* of code and data; else 0 */
	enum section_placing placing;
	/* Of a table: offset of its entry size and of the field that points to the
	 * code it is about, as offsets in struct kernel_layout; 0 for none. */
	uint16_t entry_size_field;
	uint16_t owner_field;
	uint16_t entry_size; /* where it is part of the ABI and in no struct */
	bool is_derived;     /* follows from the code alone: not compared */
	/* Each reader of the section copes with two entries about the same thing, and its
	 * state is worth nothing: a new entry may stand for an old one. */
	bool is_forkable;
	/* Of a constant: nobody keeps the addresses of functions that are in it. */
	bool lends_functions;
	/* Of code with a meaning, and of per-cpu data: "X is in .y, <obstacle>"; it
	 * cannot be replaced, or be new. */
	const char *obstacle;
	const char *loss;      /* of code: what the kernel does not do with a copy */
	const char *placed_in; /* of data: the section that an update has for it */
	bool keeps_name;       /* in an update: the module loader looks for it by name */
	const char *what;      /* for messages: what a change in it is */
	const char *reason;    /* kind of the finding of SECTION_ONCE */
};

/* The row for a section, NULL if the table has none. */
const struct kernel_section *kernel_section_find(const char *name);

/* The length of a section's name, without what our compiles add to it to give each
 * function and variable a section of its own. */
size_t kernel_section_name_size(const char *name);

/* Sections that are not in the table have the role that their flags say. */
enum section_role kernel_section_role(const struct elf_section *section);

/* What being in the section means, by the table, and by its flags where that has no row.
 */
enum section_kind kernel_section_kind(const struct elf_section *section);

/* For messages: "text", "init memory", "constants", … */
const char *kernel_section_kind_name(enum section_kind kind);

/* False for a section that is loaded and that the table does not have. */
bool kernel_section_is_known(const struct elf_section *section);

/* The bytes of an entry, and the offset of the relocation that names its owner. Refused
 * if this kernel's layout does not say. */
struct error *kernel_section_entry(const struct kernel_section *section,
	const struct kernel_layout *layout, uint64_t *size, uint64_t *owner);

#endif
