/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * section_split.h - a section of its own for each variable that an attribute put into one
 * that several share
 *
 * -fdata-sections leaves alone what has a section by attribute, and the assembler writes
 * references to local variables as the section and a distance. In a shared section nobody
 * can tell items[-1] from the variable in front. So where ksplice-create asks
 * (KSPLICE_ENV_SPLIT), the section's name gets a suffix. Only plain data is split: not
 * code, not tables that the kernel or objtool finds by name.
 *
 *     .data..read_mostly ─▶ .data..read_mostly.ksplice_split.items
 *
 * What is recorded has the name without the suffix, so that hashes stay those of the
 * build. The type and the flags of a section stay as well: GCC derives them from the
 * start of its name.
 */
#ifndef KSPLICE_SECTION_SPLIT_H
#define KSPLICE_SECTION_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* May each variable of that section have one of its own? */
bool section_split_has(const char *section);

/* The length of the section's name without the suffix; length if there is none. */
size_t section_split_strip(const char *name, size_t length);

#ifdef __cplusplus
}
#endif

#endif
