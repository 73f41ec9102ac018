/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_user.h - what a changed layout means: which functions keep using the old one,
 * and whether objects of it exist
 *
 * A function depends on a type if its source, or source that was inlined into it,
 * mentions the type or one that contains it; the plugin lists these. A function that
 * only uses the type's size or an offset does not mention it. But its code changes with
 * that number, so it travels.
 */
#ifndef KSPLICE_DIFFER_CREATE_LAYOUT_USER_H
#define KSPLICE_DIFFER_CREATE_LAYOUT_USER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/memory.h"

struct error;
struct index;
struct kernel_tree;
struct layout_change;
struct record;

/* One unit, as compiled without and with the patch, and what travels of it. */
struct layout_unit {
	const struct record *pre;
	const struct record *post;
	const char *object; /* relative to the object tree */
	const char *folder; /* in which the compiler ran */
	/*
	 * Is nobody left who runs the old code of the function of that name (its
	 * assembler name) once the update is applied? True if it is replaced, or cannot
	 * run again. Names are those of pre and of post.
	 */
	bool (*travels)(const char *function, void *context);
	void *context;
};

/* Zero-initialise; release with layout_users_deinit. Owns its texts. */
struct layout_users {
	array_of(char *) travelling; /* functions that depend on the type and travel */
	array_of(char *) staying;    /* functions that depend on it and do not */
	array_of(char *) units;      /* objects of other units that read its definition */
	bool is_mentioned; /* a function or variable of pre or post has to do with it */
};

/*
 * Fills in functions and is_mentioned from the unit itself. Where index is not NULL, also
 * the other units: a type's definition is known to all that read the file it is in, and
 * what they do with it is not known.
 */
struct error *layout_users_find(const struct layout_unit *unit,
	const struct layout_change *change, const struct kernel_tree *tree,
	const struct index *index, struct layout_users *users);

void layout_users_deinit(struct layout_users *users);

/* "3 functions compiled against it stay: a, b, c; 12 other units know it: x.o, …"; empty
 * if nobody stays. The caller frees it. */
char *layout_users_describe(const struct layout_users *users);

/*
 * Why objects of the old layout may exist when new code runs; NULL: it is proven that
 * none does. The caller frees it. docs/patch-author-guide.md says what is proven.
 */
char *layout_find_doubt(const struct layout_unit *unit,
	const struct layout_change *change, const struct layout_users *users);

/* Does "kind:name", as the author of the patch gives it, mean the type of the change? The
 * name is that in pre. */
bool layout_is_allowed(const struct layout_change *change, const char *allowed);

#define scope_layout_users __attribute__((cleanup(layout_users_deinit)))

#endif
