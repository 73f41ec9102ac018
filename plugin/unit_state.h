/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_state.h - the plugin's data about a unit, shared by the unit_*.c files
 */
#ifndef KSPLICE_UNIT_STATE_H
#define KSPLICE_UNIT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/digest.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "plugin/unit.h"
#include "plugin/unit_inline.h"
#include "plugin/unit_label.h"
#include "plugin/unit_name.h"

/* No name, no object. */
#define UNIT_NONE UINT32_MAX

enum unit_reference_kind {
	UNIT_REFERENCE_CONSTANT, /* target: the number of .LC<number> */
	UNIT_REFERENCE_NAME,     /* target: a name */
	UNIT_REFERENCE_LABEL,    /* target: the number of .L<number>, from data */
};

/* A reference by a name that differs between compiles; the target's value is hashed
 * instead. */
struct unit_reference {
	uint32_t offset; /* in the normalised text that refers */
	uint32_t target;
	uint32_t kind; /* enum unit_reference_kind */
};

/* Labels within one function, or one object. */
struct unit_scope {
	struct unit_label_map labels;  /* .L123 */
	struct unit_label_map numbers; /* 123: of one asm statement */
	uint32_t stamp;                /* of names such as .Lskip */
	uint32_t name_count;
};

/* Normalised text while it is being collected. */
struct unit_body {
	struct text text;
	array_of(struct unit_reference) references;
	struct unit_scope *scope;
};

enum unit_body_kind {
	UNIT_BODY_HOT,      /* the function that is open */
	UNIT_BODY_COLD,     /* its .cold part */
	UNIT_BODY_DATA,     /* the data object that is open */
	UNIT_BODY_TOPLEVEL, /* assembly outside of functions, aliases */
	UNIT_BODY_COUNT,
};

/* A body that is complete. */
struct unit_piece {
	struct digest digest;
	size_t size; /* of the text */
	size_t first_reference;
	size_t reference_count;
};

enum unit_object_kind {
	UNIT_OBJECT_FUNCTION,
	UNIT_OBJECT_DATA,
	UNIT_OBJECT_TOPLEVEL,
};

struct unit_object {
	enum unit_object_kind kind;
	uint32_t name;
	uint32_t section;  /* where the text put it, a name */
	uint32_t explicit; /* the section that an attribute asked for, or UNIT_NONE */
	uint32_t alignment;
	struct unit_piece pieces[2]; /* hot or only, and cold */
	struct digest labels;        /* digest of where the labels are */
	enum unit_name_state state;
	struct digest value; /* the hash, valid when DONE */
};

/* The label .L<number> is at offset in piece of object. */
struct unit_definition {
	uint32_t number;
	uint32_t object;
	uint32_t piece;
	uint32_t offset;
};

/* Strings are numbers of names (see unit_name.h). */
struct unit_function {
	uint32_t object;
	uint32_t name;
	uint32_t origin;
	uint32_t file;
	uint32_t section;
	uint32_t cold; /* name of the cold part */
	uint32_t signature;
	unsigned line;
	unsigned end_line;
	unsigned origin_number;
	size_t first_inline; /* in unit.inlined */
	size_t inline_count;
};

/* A local symbol that stands for another one. */
struct unit_alias {
	uint32_t name;
	uint32_t target;
};

/* Where the function of that number ends in the source. */
struct unit_end {
	unsigned number;
	unsigned line;
};

struct unit_variable {
	uint32_t name;
	uint32_t id;
	uint32_t owner;
	uint32_t file;
	uint32_t section;
	unsigned line;
	unsigned number;
	bool is_correlated; /* its id is the same in other compiles */
};

struct unit {
	FILE *output;
	FILE *stream; /* what GCC writes to */
	FILE *inner;  /* GCC's own stream behind it, NULL after its release */

	struct unit_names *names;
	array_of(uint32_t) inputs;
	array_of(struct unit_object) objects;
	array_of(struct unit_reference) references;
	array_of(struct unit_definition) definitions;
	array_of(uint32_t) constants; /* by number: 1 + object, 0 not defined */
	array_of(struct unit_function) functions;
	array_of(struct unit_variable) variables;
	array_of(struct unit_end) ends;
	array_of(struct unit_alias) aliases;
	array_of(uint32_t) inlined;
	struct unit_inlines inlines;
	struct unit_layouts *layouts; /* NULL: not wanted */
	uint32_t stamp;               /* last one that was given out */

	/* The state of the reading. */
	struct text line; /* an unfinished line */
	struct unit_scope function_scope;
	struct unit_scope data_scope;
	struct unit_scope toplevel_scope;
	struct unit_body bodies[UNIT_BODY_COUNT];
	uint32_t function; /* the object that is open, or UNIT_NONE */
	uint32_t data;
	enum unit_body_kind code; /* of the open function: HOT or COLD */
	size_t first_definition;  /* of the open function */
	uint32_t section;
	uint32_t previous_section;
	uint32_t alignment; /* of the next object */
	uint32_t local;     /* name of the last .local */
	bool is_assembly;   /* in the text of an asm statement */
	bool is_debug;      /* in a debug section */
};

/* unit.c: adds the file that a line of inline assembly includes to the inputs. */
void unit_add_included(struct unit *unit, const char *line, size_t length);

/* unit_text.c: takes the next bytes of the assembly text. */
void unit_text_add(struct unit *unit, const char *data, size_t size);
/* Ends the object that is open, if there is one. */
void unit_text_close_data(struct unit *unit);

/* unit_token.c: adds the line, normalised, to the body. */
void unit_token_add_line(
	struct unit *unit, enum unit_body_kind kind, const char *line, size_t length);
/* The target if the name is an alias, else NULL. */
const struct unit_name *unit_token_find_target(
	struct unit *unit, const char *token, size_t length);

/* unit_hash.c: makes the piece of the body, and empties the body. */
void unit_hash_close_body(
	struct unit *unit, struct unit_body *body, struct unit_piece *piece);
/* Makes the digest of the places of the labels that are used in the open function. */
void unit_hash_close_labels(struct unit *unit, struct unit_object *object);
/* The object's hash, or that of one piece of it. Only when all text has been read. */
struct digest unit_hash_object(struct unit *unit, uint32_t object);
struct digest unit_hash_piece(struct unit *unit, const struct unit_piece *piece);

/* unit_write.c: adds the rest of the result to text. */
void unit_write(struct unit *unit, struct text *text);

/* The name of a string, UNIT_NONE for NULL. */
uint32_t unit_add_name(struct unit *unit, const char *string);
/* The string of a name, NULL for UNIT_NONE. */
const char *unit_get_name(struct unit *unit, uint32_t name);

#endif
