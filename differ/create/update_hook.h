/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_hook.h - functions that the author of the patch wrote to be called by the core
 *
 *     compare ─▶ update_hook_collect ─▶ closure (hooks are roots) ─▶ update_hook_assess
 *
 * kmod/author/ksplice.h puts a pointer to each hook into a section that is named for the
 * moment at which it is called. The pointers themselves do not travel: the update has a
 * table of hooks instead (struct ksplice_hook).
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_HOOK_H
#define KSPLICE_DIFFER_CREATE_UPDATE_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/update.h"

struct piece;
struct update;
struct update_unit;

struct update_hook {
	enum ksplice_hook_kind kind;
	struct update_unit *unit;
	struct piece *function; /* of the unit's post */
	int64_t line;           /* where the patch says so */
};

struct update_hook_list {
	struct update_hook *items; /* by kind, unit and line */
	size_t count;
	size_t capacity;
};

/* "pre_apply": as in the section's name, in the manifest and in messages. */
const char *update_hook_kind_name(enum ksplice_hook_kind kind);

/*
 * Finds the hooks in post of all units, before the closure. Refused as findings are a
 * section of a kind that the core does not know, and a hook that is not a new function of
 * its file. A hook that the file had before the patch is not called, which is a warning.
 */
void update_hook_collect(struct update *update);

/* After the closure: what does not come back by undo, because no hook puts it back. */
void update_hook_assess(struct update *update);

/* Has the source a line "ksplice_KIND(FUNCTION)"? */
bool update_hook_is_in_source(
	const char *source, enum ksplice_hook_kind kind, const char *function);

/* Has the core a function of that name, which the code of a patch may call? */
bool update_hook_is_core_function(const char *name);

#endif
