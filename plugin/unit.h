/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.h - what the plugin learns about one translation unit
 *
 * The only header that ksplice_plugin.cc includes beside GCC's. The .cc file tells
 * this module what GCC knows; the assembly text tells it the rest:
 *
 *     GCC ──text──▶ unit_stream ──bytes, unchanged──▶ the assembler
 *      │                 │ lines
 *      │ facts           ▼
 *      └────────────▶ unit_text ──▶ unit_hash ──▶ unit_write ──▶ $KSPLICE_UNIT
 *
 * The format of the result is described in docs/FORMAT.md. Nothing here may change
 * what GCC emits, and nothing here may make a compile fail.
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

/* All strings are copied. A NULL string means that there is no such thing. */
struct unit_function_facts {
	const char *name;      /* assembler name */
	const char *origin;    /* assembler name of the function it is a clone of */
	const char *file;      /* of the definition, as GCC opened it */
	const char *section;   /* asked for by an attribute */
	const char *signature; /* its type, if layouts are asked for */
	unsigned line;         /* of the function's name in its definition */
	unsigned end_line;     /* of its closing brace */
	unsigned number;       /* that inlining events know it by */
	unsigned origin_number;
};

struct unit_variable_facts {
	const char *name;   /* assembler name */
	const char *source; /* name in the source, NULL if the compiler made it */
	const char *owner;  /* assembler name of the function of a static local */
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

/* The line of a function's closing brace, for one that will not know it any more. */
void unit_add_end(struct unit *unit, unsigned number, unsigned line);

/* What is written between these two is the function's. */
void unit_begin_function(struct unit *unit, const struct unit_function_facts *facts);
void unit_end_function(struct unit *unit);

/*
 * The local symbol alias is another name of target, as GCC decided before it wrote any
 * text: the assembler puts the target wherever the alias stands.
 */
void unit_add_alias(struct unit *unit, const char *alias, const char *target);

/* The text of an asm statement outside of functions. */
void unit_add_assembly(struct unit *unit, const char *assembly, size_t length);

/*
 * The body of function callee (or of a clone of it) was copied into caller; both are
 * numbers. late says that this happened after the early passes, when a body is
 * copied as those left it. False if unit_name_inline must be called for callee first.
 */
bool unit_add_inline(struct unit *unit, unsigned caller, unsigned callee, bool late);
void unit_name_inline(struct unit *unit, unsigned callee, const char *name);

/* A variable that may have been written; those that were not are left out. */
void unit_add_variable(struct unit *unit, const struct unit_variable_facts *facts);

/*
 * A variable was declared in the source, in this order: static in function owner (its
 * number), or at file scope (0). Variables of one name and owner are told apart by
 * how many came before, with or without the digits that __COUNTER__ gave them.
 */
void unit_declare_variable(
	struct unit *unit, unsigned number, const char *source, unsigned owner);

/*
 * The unit is to have the layouts of its types as well; the caller lets GCC fill them in.
 * The unit owns them.
 */
struct unit_layouts *unit_ask_layouts(struct unit *unit);

/*
 * Says in the result that it does not count, and why: the name of a reason
 * (docs/FORMAT.md). Allocates nothing.
 */
void unit_note_reason(struct unit *unit, const char *reason);

/* The same as the whole of the result at path, where there is no unit. */
void unit_refuse(const char *path, const char *reason);

/* Completes the result. Returns 0, or -1 if it could not be written. */
int unit_finish(struct unit *unit);

#ifdef __cplusplus
}
#endif

#endif
