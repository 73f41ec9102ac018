/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h - collects what the plugin records about one translation unit
 *
 * The only header beside GCC's that ksplice_plugin.cc includes. That file passes facts
 * from GCC to this module; the rest comes from the assembly text:
 *
 *     GCC ──text──▶ unit_stream ──bytes, unchanged──▶ the assembler
 *      │                 │ lines
 *      │ facts           ▼
 *      └────────────▶ unit_text ──▶ unit_hash ──▶ unit_write ──▶ $KSPLICE_UNIT
 *
 * docs/FORMAT.md describes the format of the result. This module must not change GCC's
 * output, and must not make a compile fail.
 */
#ifndef KSPLICE_UNIT_H
#define KSPLICE_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "plugin/gcc_match.h"
#include "plugin/parse_watch.h"
#include "plugin/section_split.h"
#include "plugin/unit_layout.h"

#ifdef __cplusplus
extern "C" {
#endif

struct unit;

/* All strings are copied. A string is NULL if there is none. */
struct unit_function_facts {
	const char *name;      /* assembler name */
	const char *origin;    /* assembler name of the function it is a clone of */
	const char *file;      /* of the definition, as GCC opened it */
	const char *section;   /* asked for by an attribute */
	const char *signature; /* its type, if layouts are asked for */
	unsigned line;         /* of the function's name in its definition */
	unsigned end_line;     /* of its closing brace */
	unsigned number;       /* that identifies it in inlining events */
	unsigned origin_number;
};

struct unit_variable_facts {
	const char *name; /* assembler name */
	const char
		*source; /* name in the source, NULL if the compiler made the variable */
	const char *owner; /* assembler name of the function of a static local */
	const char *file;
	const char *section; /* asked for by an attribute */
	unsigned line;
	unsigned number; /* as in unit_declare_variable */
};

/*
 * Starts the result at path (which is overwritten) and writes its first bytes, so
 * that the reader knows that the plugin was loaded. gcc is the compiler's version.
 * NULL if path cannot be written.
 */
struct unit *unit_create(const char *path, const char *gcc);
void unit_destroy(struct unit *unit);

/* A file that the preprocessor has opened. */
void unit_add_input(struct unit *unit, const char *path);

/*
 * A stream that passes everything on to inner and reads along, or NULL. Closing it
 * closes inner, unless unit_release_stream was called.
 */
FILE *unit_open_stream(struct unit *unit, FILE *inner);

/* Passes on what the stream still holds and closes it without closing inner. */
void unit_release_stream(struct unit *unit);

/* The line of a function's closing brace, for functions that lose it later. */
void unit_add_end(struct unit *unit, unsigned number, unsigned line);

/* Text that is written between these two calls belongs to the function. */
void unit_begin_function(struct unit *unit, const struct unit_function_facts *facts);
void unit_end_function(struct unit *unit);

/*
 * The local symbol alias is another name of target. GCC decides this before it writes any
 * text. The assembler replaces each use of the alias by the target.
 */
void unit_add_alias(struct unit *unit, const char *alias, const char *target);

/* The text of an asm statement outside of functions. */
void unit_add_assembly(struct unit *unit, const char *assembly, size_t length);

/*
 * The body of function callee (or of a clone of it) was copied into caller; both are
 * numbers. late: it happened after the early passes; bodies are then copied as these left
 * them. False if unit_name_inline must be called for callee first.
 */
bool unit_add_inline(struct unit *unit, unsigned caller, unsigned callee, bool late);
void unit_name_inline(struct unit *unit, unsigned callee, const char *name);

/* A variable that is perhaps in the assembly text; if it is not, it is left out. */
void unit_add_variable(struct unit *unit, const struct unit_variable_facts *facts);

/*
 * A variable was declared in the source: static in function owner (its number), or at
 * file scope (0). Called in the order of the source. Variables with one name and owner
 * are distinguished by their order; digits from __COUNTER__ are not part of the name.
 */
void unit_declare_variable(
	struct unit *unit, unsigned number, const char *source, unsigned owner);

/*
 * Adds the layouts of types to the unit; the caller fills them in from GCC. The unit owns
 * them.
 */
struct unit_layouts *unit_ask_layouts(struct unit *unit);

/*
 * Writes to the result that it is not valid, and the name of the reason (docs/FORMAT.md).
 * Allocates nothing.
 */
void unit_note_reason(struct unit *unit, const char *reason);

/* The same without a unit: writes only the reason to path. */
void unit_refuse(const char *path, const char *reason);

/* Completes the result. Returns 0, or -1 if it could not be written. */
int unit_finish(struct unit *unit);

#ifdef __cplusplus
}
#endif

#endif
