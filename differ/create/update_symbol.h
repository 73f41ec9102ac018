/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_symbol.h - the place in the running kernel that a reference of the update means
 *
 * A global name is searched in the target; for a module also in vmlinux and in the
 * modules that it depends on. For a local name, the original object gives the name
 * under which it was linked, and the proven place of its section gives the address. So
 * nothing is guessed if several symbols have the same name.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_SYMBOL_H
#define KSPLICE_DIFFER_CREATE_UPDATE_SYMBOL_H

#include <stdbool.h>

#include "differ/create/update_target.h"

struct elf_reloc;
struct error;
struct piece;
struct update;
struct update_reference;
struct update_unit;

struct outward_symbol {
	const char *name; /* as its target's symbol table has it; borrowed */
	struct target_place place;
	bool is_core;      /* a function of ksplice.ko, by name: it has no place */
	bool has_kallsyms; /* the running kernel can confirm the name */
};

/* Where the outward reference of a travelling piece of the unit leads. For the field of a
 * constant in place that keeps its content (constant_keeps_field), to that content: the
 * reference's addend does not count then. */
struct error *update_symbol_find(struct update_targets *targets,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct update_reference *reference,
	struct outward_symbol *symbol);

/* Adds a finding for each reference of what travels that leads nowhere. */
struct error *update_symbol_check(struct update *update);

#endif
