/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_kernel.h - vmlinux, or a module: which addresses names have, and which bytes are
 * there
 *
 * A local symbol is found by the FILE symbol in front of it: the linker keeps the local
 * symbols of each object together, behind the name of its source.
 */
#ifndef KSPLICE_AUDIT_KERNEL_H
#define KSPLICE_AUDIT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_object;
struct audit_symbol;
struct audit_thing;

/* The local symbols of one object in vmlinux: numbers [first, end). */
struct audit_group {
	uint32_t first;
	uint32_t end;
};

struct audit_kernel {
	struct audit_object *object;
	const struct audit_symbol **by_address; /* those with names */
	size_t address_count;
	/* Of vmlinux; 0 in modules. */
	uint64_t text;                 /* address of _text */
	uint64_t init_begin, init_end; /* freed after boot */
};

struct audit_kernel *audit_kernel_open(const char *path);
/* A module whose sections have got addresses (audit_world.h). */
struct audit_kernel *audit_kernel_open_module(struct audit_object *object);
/* Is it gone when the kernel has booted, or the module is loaded? */
bool audit_kernel_is_init(const struct audit_kernel *kernel, uint64_t address);
/* Is the range read-only then, and still there? */
bool audit_kernel_is_read_only(
	const struct audit_kernel *kernel, uint64_t address, uint64_t size);

/* The bytes as linked at an address; NULL if vmlinux has none there (.bss). */
const uint8_t *audit_kernel_find_bytes(
	const struct audit_kernel *kernel, uint64_t address, uint64_t size);
/* The address of a global; false if there is none of that name. */
bool audit_kernel_find_global(
	const struct audit_kernel *kernel, const char *name, uint64_t *address);
/* Has vmlinux a symbol of that name at that address? */
const struct audit_symbol *audit_kernel_find_at(
	const struct audit_kernel *kernel, const char *name, uint64_t address);
/* Any named symbol at or before an address, for messages; NULL if none. */
const struct audit_symbol *audit_kernel_find_near(
	const struct audit_kernel *kernel, uint64_t address);
/* Is a place of the kernel one that KASLR does not move (per-cpu, absolute)? */
bool audit_kernel_is_fixed(const struct audit_kernel *kernel, uint64_t address);
/* The name of the section that the address is in; "" if in none. */
const char *audit_kernel_section_name(
	const struct audit_kernel *kernel, uint64_t address);

/*
 * Finds the local symbols of an object that was linked into vmlinux. False if no group or
 * more than one can be meant.
 */
bool audit_kernel_find_group(const struct audit_kernel *kernel,
	const struct audit_object *original, struct audit_group *group);
/* The local symbol of that name in a group; NULL if there is none or more than one. */
const struct audit_symbol *audit_group_find(const struct audit_kernel *kernel,
	const struct audit_group *group, const char *name);

/* Are the bytes of a thing of the original object, outside of its relocations, those
 * at the address? True for what has no bytes. */
bool audit_kernel_has_bytes(const struct audit_kernel *kernel,
	const struct audit_thing *thing, uint64_t address);

#endif
