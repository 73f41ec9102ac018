/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_pair.h - what of post.o went where in the update module, and whether it is the
 * same
 *
 * A pair is a range of post.o and the place of its copy. Functions are paired by name;
 * what they refer to is paired when the reference is followed: strings, constants, new
 * variables, replacement code. Each pair has equal bytes outside of relocations, and each
 * relocation leads to the same thing.
 */
#ifndef KSPLICE_AUDIT_PAIR_H
#define KSPLICE_AUDIT_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/differ/audit_object.h"
#include "tests/differ/audit_unit.h"

struct audit_entries;

struct audit_pair {
	const struct audit_unit *unit;
	struct audit_thing post;             /* in unit->post.object */
	const struct audit_section *section; /* of the module */
	uint64_t start;
	const struct audit_symbol *symbol; /* of the module, for functions; else NULL */
	const char *owner;                 /* for messages: the function it came with */
	bool is_replacement;               /* a function that the kernel had before */
	bool is_in_place;                  /* a constant that is changed where it is */
	bool is_constant_copy;             /* a named constant that the kernel has too */
};

/* One part of an update. */
struct audit_update {
	const char *module_name; /* file name, for messages */
	const char *target_name; /* vmlinux, or of a module */
	uint32_t part;           /* number of this one, of part_count */
	uint32_t part_count;
	struct audit_object *module;
	struct audit_entries *module_entries; /* of its tables about code */
	const struct audit_kernel *kernel;    /* what the part is about */
	struct audit_unit *units;             /* of that target */
	size_t unit_count;
	struct audit_pair *pairs;
	size_t pair_count;
	size_t pairs_done; /* those whose bytes and references were compared */
	/* Constants that are changed where they are: addresses in the world. */
	struct audit_data_hunk {
		uint64_t address;
		uint64_t size;
	} * data_hunks;
	size_t data_hunk_count;
};

/* Where a relocation of the update module leads. */
struct audit_module_target {
	bool is_outside;  /* the running kernel */
	uint64_t address; /* outside: in the world, with the offset */
	const char *name; /* outside: of the symbol */
	bool is_exported; /* outside: by its plain name; address is not set */
	const struct audit_section *section; /* inside */
	uint64_t place;
	int64_t offset; /* from the symbol */
};

/* Pairs each function symbol of the module with post's function of that name. */
void audit_pair_functions(struct audit_update *update);

/* Compares all pairs that were not yet compared, and what they lead to. */
void audit_pair_follow(struct audit_update *update);

/* When all was followed: complains about variables of the module that are in no pair. */
void audit_pair_check_rest(const struct audit_update *update);

/* The pair with that range of post; NULL if it does not travel. */
struct audit_pair *audit_pair_find(const struct audit_update *update,
	const struct audit_unit *unit, const struct audit_section *section,
	uint64_t offset);
/* Adds a pair, unless it is there. */
void audit_pair_add(struct audit_update *update, const struct audit_pair *pair);

/* Is the range of the module's bytes, outside of relocations, that of post? Gives the
 * offset of the first difference. */
bool audit_bytes_are_equal(const struct audit_section *post, uint64_t post_start,
	const struct audit_section *copy, uint64_t copy_start, uint64_t size,
	uint64_t *difference);

/* Checks one reference of the copy against post's. is_table: of a table's entry. */
void audit_reference_check(struct audit_update *update, const struct audit_pair *from,
	const struct audit_section *post, const struct audit_reloc *post_reloc,
	const struct audit_section *copy, const struct audit_reloc *copy_reloc,
	bool is_table);

/* Where a relocation of the module leads; false if that cannot be understood. */
bool audit_module_target_find(const struct audit_update *update,
	const struct audit_section *section, const struct audit_reloc *reloc,
	struct audit_module_target *target);

/* What an undefined symbol of the module stands for: an address in the world (or a fixed
 * value) and the name that follows. False if the name has not that form. */
bool audit_outside_name_read(
	const char *text, uint64_t *address, bool *is_fixed, const char **name);

#endif
