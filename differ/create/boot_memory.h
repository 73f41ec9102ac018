/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_memory.h - sections that are freed after boot in some kernels, and stay in others
 *
 * Whether __meminit code and data stay is a matter of the configuration (memory hotplug),
 * and so of the linker script. The place in vmlinux says which it was.
 */
#ifndef KSPLICE_DIFFER_CREATE_BOOT_MEMORY_H
#define KSPLICE_DIFFER_CREATE_BOOT_MEMORY_H

struct update_unit;

/*
 * Makes the pieces of such a section SECTION_KIND_INIT, in pre and post, if vmlinux has
 * the unit's in memory that boot frees. A section whose place is not proven, or that only
 * post has, keeps its kind.
 */
void boot_memory_settle(struct update_unit *unit);

#endif
