/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_change.h - structs, unions and enums that pre and post see differently
 *
 *     pre, post (the plugin's layouts) ─▶ layout_change ─▶ layout_user ─▶ a finding
 *
 * Types correspond by kind, name and the function that declares them; where a type is
 * gone and a function that used it now uses a new one of the same kind that has a member
 * of the same name, the new one is taken for the old one renamed.
 *
 * A change is another size or alignment, or a member that is new, removed, at another
 * offset, or of another size or type. A member that only has a new name (a removed and a
 * new one have the same offset, size and type) is not a change. In enums, each constant
 * with another value is a change, even if it moved to another enum; a new or removed
 * constant is not. A type that is only in pre or only in post is not a change.
 */
#ifndef KSPLICE_DIFFER_PIECE_LAYOUT_CHANGE_H
#define KSPLICE_DIFFER_PIECE_LAYOUT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/memory.h"

struct error;
struct json_t;
struct record;

/* Texts that are not freed belong to the records. */
struct layout_change {
	const char *kind;  /* "struct", "union" or "enum" */
	const char *name;  /* in pre; of an enum without a name, its first constant */
	const char *owner; /* the function that declares it, or NULL */
	const char
		*file; /* of its definition in pre, as the compiler opened it; or NULL */
	int64_t line;
	size_t pre; /* numbers in the records' lists of layouts */
	size_t post;
	char *text; /* "struct foo: size 64 → 72; new member y at 0 (8 bytes)" */
};

/* Zero-initialise it. In post's order. */
struct layout_change_list {
	array_of(struct layout_change) changes;
};

/* Both records must have layouts. */
struct error *layout_changes_find(const struct record *pre, const struct record *post,
	struct layout_change_list *list);

void layout_change_list_deinit(struct layout_change_list *list);

#define scope_layout_change_list __attribute__((cleanup(layout_change_list_deinit)))

/*
 * The types in which an object of type number is, itself among them, over any number of
 * steps: an array of flags, one for each of the record's layouts. The caller frees it.
 */
bool *layout_list_containers(const struct record *record, size_t number);

/* Is a number of the key's array, or the key's own number, that of a flagged type? count
 * is how many flags there are. */
bool layout_is_mentioned(
	const struct json_t *object, const char *key, const bool *types, size_t count);

#endif
