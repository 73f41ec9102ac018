/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * section_split.h - separate sections for functions and variables that an attribute put
 * into a shared one
 *
 * -fdata-sections does not move a variable with a section attribute, and the assembler
 * writes references to local variables as a section and an offset. In a shared section,
 * items[-1] then cannot be told from the variable before items. Nor does
 * -ffunction-sections move a function with such an attribute, and the assembler binds its
 * calls to local functions of that section. So if ksplice-create asks for it
 * (KSPLICE_ENV_SPLIT), the section's name gets a suffix for each of them. Not split are
 * tables that the kernel finds by name, and what objtool finds by name (.noinstr.text).
 *
 *     .data..read_mostly ─▶ .data..read_mostly.ksplice_split.items
 *
 * The plugin's output has the name without the suffix, so that the hashes are the same as
 * in the build. The section's type and flags stay the same, because GCC derives them from
 * the start of its name.
 */
#ifndef KSPLICE_SECTION_SPLIT_H
#define KSPLICE_SECTION_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True if the functions or variables of that section may be split. */
bool section_split_has(const char *section);

/* The length of the section's name without the suffix; length if there is none. */
size_t section_split_strip(const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
