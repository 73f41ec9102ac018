/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_hook.h - are the hooks of the patch those of the update?
 */
#ifndef KSPLICE_AUDIT_HOOK_H
#define KSPLICE_AUDIT_HOOK_H

struct audit_update;
struct json_t;

/* Each pointer in post's hook sections has an entry in the update's table that leads to
 * the same function, and no other entry is there; the manifest has the same hooks.
 * Functions must be paired. */
void audit_hook_check(const struct audit_update *update, const struct json_t *manifest);

#endif
