/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_layout.h - the structs, unions and enums of a unit, and who depends on them
 *
 * Only made if KSPLICE_ENV_LAYOUTS is set: ksplice-create sets it, a build does not.
 * layout_walk.cc, which includes only this header, reads GCC's trees:
 *
 *     GCC ──types, bodies──▶ layout_walk.cc ──facts──▶ unit_layout ──▶ unit_write
 *
 * Types and functions are identified by GCC's numbers. A function's uses are those of its
 * source, before anything is optimised away or copied. Inlined bodies are identified by
 * name (unit_inline.h); their uses are added when the unit is written.
 */
#ifndef KSPLICE_UNIT_LAYOUT_H
#define KSPLICE_UNIT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct text;
struct unit_layouts;

/* How a function depends on a type; bits. */
enum unit_layout_use {
	UNIT_LAYOUT_USED = 1,      /* the type occurs in its source */
	UNIT_LAYOUT_OBJECT = 2,    /* it has objects of that type on its stack */
	UNIT_LAYOUT_PARAMETER = 4, /* a parameter points to one */
};

/* Strings are copied; NULL: there is none. */
struct unit_layout_facts {
	const char *kind;  /* "struct", "union", "enum" */
	const char *name;  /* NULL for an enum without a name */
	bool is_variable;  /* the name is that of a variable of a type without a name */
	const char *owner; /* name of the function that declares it */
	const char *file;
	unsigned line;
	uint64_t size;  /* bytes */
	uint64_t align; /* bytes */
};

struct unit_layouts *unit_layouts_create(void);
/* NULL is fine. */
void unit_layouts_destroy(struct unit_layouts *layouts);

/* Adds the type. True if it is new. */
bool unit_layouts_add_type(struct unit_layouts *layouts, unsigned type);

/* A variable of a type that has no name may lend it its own; the first one does. */
void unit_layouts_lend_name(
	struct unit_layouts *layouts, unsigned type, const char *variable);
/* NULL if there is none. */
const char *unit_layouts_get_lent_name(struct unit_layouts *layouts, unsigned type);

/* Uses that are added between these two calls are those of that function. */
void unit_layouts_begin_function(
	struct unit_layouts *layouts, unsigned function, const char *name);
void unit_layouts_end_function(struct unit_layouts *layouts);

/* The open function depends on the type; use is of enum unit_layout_use. */
void unit_layouts_use(struct unit_layouts *layouts, unsigned type, int use);

/*
 * Objects of the type may live elsewhere than on the stack of a function that has one:
 * the open function shows it. why completes "NAME ", and is kept by reference.
 */
void unit_layouts_set_shared(
	struct unit_layouts *layouts, unsigned type, const char *why);

/* The function's parameters may come from anywhere: its address is known elsewhere. */
void unit_layouts_open_parameters(
	struct unit_layouts *layouts, unsigned function, const char *why);

/* The variable (its number) contains an object of the type. */
void unit_layouts_add_variable(
	struct unit_layouts *layouts, unsigned variable, unsigned type);

/* Writes one complete type; members, values and contents follow until the end. */
void unit_layouts_begin_type(struct unit_layouts *layouts, unsigned type,
	const struct unit_layout_facts *facts);
/* offset and size in bits. */
void unit_layouts_add_member(struct unit_layouts *layouts, const char *name,
	uint64_t offset, uint64_t size, const char *type);
/* An enum's constant. */
void unit_layouts_add_value(
	struct unit_layouts *layouts, const char *name, const char *value);
/* The type contains an object of the other one. */
void unit_layouts_add_content(struct unit_layouts *layouts, unsigned type);
void unit_layouts_end_type(struct unit_layouts *layouts);

/* The function (a number) is called that, where inlining is told. */
void unit_layouts_name_function(
	struct unit_layouts *layouts, unsigned function, uint32_t name);

/*
 * Starts a list for a function that was emitted; then come its own source (a number) and
 * all names that were inlined into it; then the keys are put into the open JSON object.
 */
void unit_layouts_start_list(struct unit_layouts *layouts);
void unit_layouts_join_function(struct unit_layouts *layouts, unsigned function);
void unit_layouts_join_name(struct unit_layouts *layouts, uint32_t name);
void unit_layouts_put_list(struct unit_layouts *layouts, struct text *text);

/* Puts the key "layouts" of a variable (its number), if it contains any. */
void unit_layouts_put_variable(
	struct unit_layouts *layouts, unsigned variable, struct text *text);

/* Puts the unit's array of types. */
void unit_layouts_put_types(struct unit_layouts *layouts, struct text *text);

/* layout_type.cc: writes the type (GCC's "tree"), if it is complete and has a name. */
union tree_node;
void layout_type_write(struct unit_layouts *layouts, union tree_node *type);

/*
 * layout_type.cc: the function's type as it is called: result and parameters, those of a
 * clone its own. Valid until the next call; never NULL.
 */
const char *layout_type_describe_function(union tree_node *function);

/* layout_walk.cc: from now on, everything that GCC says about types goes into layouts. */
void layout_walk_start(struct unit_layouts *layouts, const char *plugin);
/* Writes all types that are complete and the contents of variables: at the unit's end. */
void layout_walk_finish(void);
/* From now on, nothing. */
void layout_walk_stop(void);

#ifdef __cplusplus
}
#endif

#endif
