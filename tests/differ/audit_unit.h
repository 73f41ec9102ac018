/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_unit.h - one source file of an update: before, after, and as the kernel has it
 *
 *     KEEPDIR/pre/OBJECT, .json ──┐
 *     KEEPDIR/post/OBJECT, .json ─┼─▶ unit: which thing of post is which one of pre,
 *     OBJTREE/OBJECT ─────────────┘         and where that one is in vmlinux
 */
#ifndef KSPLICE_AUDIT_UNIT_H
#define KSPLICE_AUDIT_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/differ/audit_kernel.h"
#include "tests/differ/audit_object.h"

struct audit_entries;
struct json_t;

/* One compile of the unit. */
struct audit_compile {
	struct audit_object *object;
	struct json_t *root;
	struct json_t *functions;      /* name → function of the unit */
	struct json_t *variables;      /* name → variable */
	struct json_t *ids;            /* id → variable */
	struct audit_entries *entries; /* of its tables about code */
};

struct audit_unit {
	const char *name; /* of the object, relative to the object tree */
	struct audit_compile pre;
	struct audit_compile post;
	struct audit_object *original; /* NULL: the object is not there */
	struct audit_group group;      /* its local symbols in vmlinux */
	bool has_group;
	const struct audit_kernel *kernel;
};

/* Where a relocation leads. */
struct audit_target {
	const struct audit_symbol *outside; /* an undefined symbol; else: */
	struct audit_thing thing;
	int64_t offset; /* of the place that is meant, from the start of either */
	bool is_branch; /* by a call or a jump */
	/* Section and addend lead to where one thing ends and the next may start: this is
	 * the other one that can be meant. */
	bool is_edge;
	struct audit_thing before;
	int64_t before_offset;
	/* The same place as section and offset */
	const struct audit_section *section;
	uint64_t place;
};

/* Reads a unit; ends the program if its files are not there. */
void audit_unit_open(struct audit_unit *unit, const char *name, const char *keep,
	const char *tree, const struct audit_kernel *kernel);

/* Where a relocation of a section leads. False if the symbol is absolute or common, or
 * the relocation's type is unknown. */
bool audit_target_find(const struct audit_object *object,
	const struct audit_section *section, const struct audit_reloc *reloc,
	struct audit_target *target);

/* What the thing is called in each compile of this source, malloc'd; NULL for what no
 * name identifies (constants, what the compiler made). */
char *audit_thing_identity(
	const struct audit_compile *compile, const struct audit_thing *thing);
/* The thing of the other compile with the same identity; false if there is none. */
bool audit_thing_find_twin(const struct audit_compile *from,
	const struct audit_thing *thing, const struct audit_compile *to,
	struct audit_thing *twin);

enum audit_place {
	AUDIT_PLACE_FOUND,
	AUDIT_PLACE_NONE,   /* the kernel does not have it */
	AUDIT_PLACE_UNSURE, /* it may be one of several, or its bytes are not there */
};

/* Where the running kernel has a thing of post. */
enum audit_place audit_unit_find_place(const struct audit_unit *unit,
	const struct audit_thing *thing, uint64_t *address);

/* For messages: the thing's name, or its section; static storage, four at a time. */
const char *audit_thing_name(const struct audit_thing *thing);
/* Writable data, or a table that the kernel writes? */
bool audit_thing_is_writable(const struct audit_thing *thing);
/* Not writable, or not any more since boot: content that can be replaced in place. */
bool audit_thing_is_constant(const struct audit_thing *thing);
/*
 * State that may start anew: it only says whether something was said once already, or is
 * about the very line of code that it belongs to. The names are those of static variables
 * in include/linux/{once,once_lite,printk,ratelimit,mmdebug,dynamic_debug}.h.
 */
bool audit_thing_may_start_anew(const struct audit_thing *thing);
/* A constant or a string: what it is called does not matter, only what is in it. */
bool audit_thing_is_anonymous(
	const struct audit_compile *compile, const struct audit_thing *thing);

#endif
