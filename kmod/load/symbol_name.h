/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbol_name.h - the name of a listed symbol says what its value is
 *
 *     vmlinux:0x1a2b30:log_wait           in the image: target, offset, symbol
 *     ext4:.text:0x4c10:ext4_map_blocks   in a module: target, section, offset, symbol
 *     fixed:0x1fbc0:current_task          a value that does not move
 *     ksplice_update_load                 one of the core's own functions
 *
 * The module that asks for the symbol has the name, under its signature. So a list cannot
 * give another value to it, nor to a name that the kernel or a module exports: those have
 * no colon.
 */
#ifndef KSPLICE_KMOD_SYMBOL_NAME_H
#define KSPLICE_KMOD_SYMBOL_NAME_H

#include <linux/types.h>

struct ksplice_symbol;
struct target;

/*
 * True if the name says the symbol's place. target is that place's, NULL if it has none.
 * The symbol's name and kallsyms are known to lie in the strings, and to end there.
 */
bool symbol_name_is_true(const struct ksplice_symbol *symbol, const struct target *target,
	const char *strings, size_t strings_size);

#endif
