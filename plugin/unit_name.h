/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_name.h - the symbol names of a translation unit, each stored once
 *
 * Everywhere else in the plugin a name is a number.
 */
#ifndef KSPLICE_UNIT_NAME_H
#define KSPLICE_UNIT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/digest.h"

struct unit_names;

/* Whether the hash of a name or object is known; see unit_hash.c. */
enum unit_name_state {
	UNIT_NAME_NEW = 0,
	UNIT_NAME_BUSY,
	UNIT_NAME_DONE,
};

struct unit_name {
	const char *text;
	uint32_t length;
	uint32_t hash;
	uint32_t object;   /* 1 + the object with this name, or 0 */
	uint32_t variable; /* 1 + the variable with this name, or 0 */
	uint32_t stamp;    /* for code that numbers names by appearance: */
	uint32_t ordinal;  /* valid while stamp is that code's own */
	enum unit_name_state state;
	struct digest value; /* valid when DONE */
};

struct unit_names *unit_names_create(void);
void unit_names_destroy(struct unit_names *names);

/* The number of the name, which is added if it is new. Numbers start at 0. */
uint32_t unit_names_add(struct unit_names *names, const char *text, size_t length);

/* Valid until the next unit_names_add; the text in it stays until destroy. */
struct unit_name *unit_names_get(struct unit_names *names, uint32_t name);

#endif
