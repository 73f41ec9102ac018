/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_world.h - vmlinux, modules and parts of an update in one space of addresses
 *
 *     vmlinux            where it is linked
 *     each module's .ko  from an address of ours, relocated as the loader would do it
 *     each part          likewise, not relocated: only its symbols count
 *
 * So an address means one place, whichever target it is in, and what the audit does with
 * vmlinux it does with a module.
 */
#ifndef KSPLICE_AUDIT_WORLD_H
#define KSPLICE_AUDIT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

struct audit_kernel;
struct ksplice_place;
struct ksplice_target;

/* Opens the tree's vmlinux; ends the program if that cannot be. */
const struct audit_kernel *audit_world_open(const char *tree);

/* The module of that name (as in /proc/modules), NULL if the tree has none. */
const struct audit_kernel *audit_world_find_module(const char *name);
/* Takes the update's module of that name at path as a part. */
const struct audit_kernel *audit_world_add_part(const char *name, const char *path);
/* The target of that name: vmlinux, a module, a part. NULL if there is none. */
const struct audit_kernel *audit_world_find(const char *name);

/* The name of the target that the object (relative to the tree) is linked into; ends the
 * program if it is in several modules. */
const char *audit_world_target_of(const char *object);

/* The address of a global symbol that code of the kernel means: its own, vmlinux's, that
 * of a module. False if nobody has it. */
bool audit_world_find_meant(
	const struct audit_kernel *kernel, const char *name, uint64_t *address);
/* The same in a part, of what other parts use. */
bool audit_world_find_in_parts(const char *name, uint64_t *address);

/* The target that has the address, vmlinux if none has. */
const struct audit_kernel *audit_world_at(uint64_t address);

/* The address of a place; rows and texts are those of its table. False if it is not in a
 * section that the target has. */
bool audit_world_place(const struct ksplice_place *place,
	const struct ksplice_target *rows, uint64_t row_count, const char *texts,
	uint64_t texts_size, uint64_t *address);

/* Is the row what the tree has: name, kind and build-id? */
bool audit_world_has_target(const struct ksplice_target *row);

#endif
