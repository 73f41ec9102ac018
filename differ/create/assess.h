/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assess.h - what the differences between pre and post mean for a running kernel
 *
 *     compare ─▶ assess_functions, assess_links, assess_data, assess_boot ─▶ closure
 *             ─▶ assess_selection, assess_threads, assess_exports, assess_init,
 *                assess_layouts
 *
 * Each pass looks at all units and adds findings. The passes before the closure also set
 * the final state of pieces: which are changed in place, and which functions are in the
 * update although their code is the same.
 */
#ifndef KSPLICE_DIFFER_CREATE_ASSESS_H
#define KSPLICE_DIFFER_CREATE_ASSESS_H

#include <stdbool.h>

struct command_list;
struct error;
struct piece;
struct update;
struct update_unit;

/* Functions that are gone, or that are in another kind of section than before. */
void assess_functions(struct update *update);

/* Patches with which the kernel would not link: global functions and variables that are
 * removed or made static while other objects of their target use them (those of the
 * build, or what the patch makes of them), and names that two units define. Reads the
 * objects of the build if something is removed. */
struct error *assess_links(struct update *update);

/* Variables and constants: changed in place, copied, or nothing that code can bring. */
void assess_data(struct update *update);

/* What acts once, at boot or at load; assembly outside of functions. */
void assess_boot(struct update *update);

/* After the closure: new variables against those that are gone, addresses that escape,
 * sections that nobody knows, references that can be read in two ways. */
void assess_selection(struct update *update);

/* After the closure: functions that are replaced and that a kernel thread runs from its
 * start to its end, as the unit itself starts it. */
void assess_threads(struct update *update);

/*
 * After the closure: what the patch changes in init code. It ran at boot, so the change
 * has no effect; refused is what both changed init code and travelling code use of what
 * the patch brings.
 */
void assess_init(struct update *update);

/*
 * After the closure: structs, unions and enums whose layout the patch changes. Refused
 * unless no object of the old layout can meet new code, or allowed has "kind:name".
 */
struct error *assess_layouts(struct update *update, const struct command_list *allowed);

/* Has the variable state that is worth nothing: a flag of WARN_ONCE, a rate limit, a site
 * of pr_debug? A copy of it may start anew. */
bool assess_is_once_state(const struct piece *piece);

/*
 * After the closure: what the patch does to exports. Modules were bound by those that the
 * kernel had when they were loaded, and nobody who is loaded was built to use a new one;
 * so the running kernel keeps its own. Refused is what takes away that which a removed
 * export names.
 */
void assess_exports(struct update *update);

/* Is the piece part of an export? See assess_exports. */
bool assess_is_export(const struct piece *piece);

/* Is the unit's assembly outside of functions another one only because of exports? By the
 * objects: all else that differs comes from C. */
bool assess_assembly_is_exports(const struct update_unit *unit);

#endif
