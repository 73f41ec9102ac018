/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_name.h - the symbol names of a translation unit, each stored once
 *
 * Names are numbers everywhere else in the plugin. Some names hold numbers that
 * depend on what else is in the unit (GCC's foo.123, the kernel's __COUNTER__);
 * this module also knows what is left of a name without them.
 */
#ifndef KSPLICE_UNIT_NAME_H
#define KSPLICE_UNIT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/digest.h"

struct unit_names;

/* What the hash has found out about a name; see unit_hash.c. */
enum unit_name_state {
	UNIT_NAME_NEW = 0,
	UNIT_NAME_BUSY,
	UNIT_NAME_DONE,
};

struct unit_name {
	const char *text;
	uint32_t length;
	uint32_t hash;
	uint32_t object;   /* 1 + the object that is defined under this name, or 0 */
	uint32_t variable; /* 1 + what GCC said of the variable, or 0 */
	uint32_t stamp;    /* for users that number names in order of appearance: */
	uint32_t ordinal;  /* valid while stamp is the user's own */
	enum unit_name_state state;
	struct digest value; /* valid when DONE */
};

struct unit_names *unit_names_create(void);
void unit_names_destroy(struct unit_names *names);

/* The number of the name, which is new or known. Numbers count from 0. */
uint32_t unit_names_add(struct unit_names *names, const char *text, size_t length);

/* Valid until the next unit_names_add; the text in it stays until destroy. */
struct unit_name *unit_names_get(struct unit_names *names, uint32_t name);

#endif
