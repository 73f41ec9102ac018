/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_equality.h - are two compiles of one source the same object?
 *
 * The comparison covers everything that is loaded: sections with their content, and
 * relocations with their targets. Debug information, and the numbers of sections and
 * symbols, are ignored.
 */
#ifndef KSPLICE_DIFFER_ELF_OBJECT_EQUALITY_H
#define KSPLICE_DIFFER_ELF_OBJECT_EQUALITY_H

#include <stdint.h>

struct elf_object;
struct elf_section;

/* The first section of left that differs in right, or one of right that left has not, and
 * where; NULL if all are equal. */
const struct elf_section *object_find_difference(
	const struct elf_object *left, const struct elf_object *right, uint64_t *offset);

#endif
