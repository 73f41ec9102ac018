/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unique_name.h - names of symbols that a number makes unique
 *
 * GCC numbers static locals (count.12), and the kernel numbers other symbols by
 * __COUNTER__ and __LINE__. The number depends on the code above. Without it the name is
 * the same in each compile, but several symbols may have that name.
 */
#ifndef KSPLICE_LIB_UNIQUE_NAME_H
#define KSPLICE_LIB_UNIQUE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Is it a name that the kernel makes unique by a counter? */
bool unique_name_is_counted(const char *text, size_t length);

/* Does it end in ".123"? */
bool unique_name_is_numbered(const char *text, size_t length);

/* The name without both kinds of number; stripped has room for length + 1 characters.
 * Returns its length. */
size_t unique_name_strip(const char *text, size_t length, char *stripped);

#endif
