/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_change.h - what differs between pre and post, and whether the update has it
 */
#ifndef KSPLICE_AUDIT_CHANGE_H
#define KSPLICE_AUDIT_CHANGE_H

#include <stdbool.h>

struct audit_thing;
struct audit_unit;
struct audit_update;
struct json_t;

/* Do a thing of pre and one of post have the same content: bytes, and places that their
 * relocations lead to, by name or by content? */
bool audit_things_are_equal(const struct audit_unit *unit, const struct audit_thing *pre,
	const struct audit_thing *post);

/* Compares all functions and constants of pre with post's: each that differs must be in
 * the update. The manifest says which changes are known to have no effect. */
void audit_change_check(struct audit_update *update, const struct json_t *manifest);

/* Named constants that the update has a copy of: does other code of the kernel use the
 * kernel's own? */
void audit_change_check_constants(struct audit_update *update);

#endif
