/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * placement.h - where in vmlinux each section of an object landed, with proof
 *
 * The linker moves a section as one piece. So one symbol with a known address gives
 * a candidate for the whole section, and the bytes decide: every byte outside of
 * relocations must be equal, and every relocation must hold the value that it has to
 * have there. Candidates come from, in this order:
 *
 *     a global symbol in it;
 *     a relocation of a section that is already placed;
 *     a local symbol's name in vmlinux, if exactly one of its places passes;
 *     link order: it has to lie between its placed neighbours.
 *
 * How a candidate was found does not matter for what it is worth: the proof is the same.
 * Once its place is known, the address of each local symbol of the section is known.
 */
#ifndef KSPLICE_DIFFER_INDEX_PLACEMENT_H
#define KSPLICE_DIFFER_INDEX_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_object;
struct elf_symbol;
struct kernel_image;

enum placement_state {
	PLACEMENT_UNPROVEN = 0, /* no place could be proven */
	PLACEMENT_PROVEN,
	PLACEMENT_ABSENT, /* not loaded, empty, or thrown away by the linker script */
	PLACEMENT_MERGED, /* strings and constants that the linker merges, or tables
			     that are sorted after the link: no place of their own */
};

enum placement_how {
	PLACEMENT_BY_NOTHING = 0,
	PLACEMENT_BY_GLOBAL,
	PLACEMENT_BY_RELOCATION,
	PLACEMENT_BY_LOCAL,
	PLACEMENT_BY_ORDER,
};

struct placement {
	uint64_t address; /* if proven: of the section's first byte, as linked */
	enum placement_state state;
	enum placement_how how;
};

/* One per section of the object, by section index; the caller frees it. */
struct placement *placement_find(
	const struct kernel_image *image, const struct elf_object *object);

/*
 * Tries to place section number section at the address; on success also what its
 * relocations lead to. For candidates that come from outside: the link order.
 */
bool placement_try(const struct kernel_image *image, const struct elf_object *object,
	struct placement *places, uint32_t section, uint64_t address,
	enum placement_how how);

/* The address of a symbol that the object defines; false if it is not proven. */
bool placement_find_symbol(const struct elf_object *object,
	const struct placement *places, const struct elf_symbol *symbol,
	uint64_t *address);

#endif
