/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_assembly.h - a unit of the plugin that reads written assembly, without GCC
 */
#ifndef KSPLICE_TESTS_UNIT_ASSEMBLY_H
#define KSPLICE_TESTS_UNIT_ASSEMBLY_H

#include <stdint.h>

struct digest;
struct unit;

/* Its result is thrown away. Release with unit_destroy. */
struct unit *unit_assembly_start(void);

/* Text outside of functions. */
void unit_assembly_add(struct unit *unit, const char *text);

/* A function with that text, as GCC writes it between the two passes. */
void unit_assembly_add_function(struct unit *unit, const char *name, const char *text);

/* Ends the text. */
void unit_assembly_end(struct unit *unit);

/* The hash of the function or variable of that name. */
struct digest unit_assembly_hash(struct unit *unit, const char *name);

#endif
