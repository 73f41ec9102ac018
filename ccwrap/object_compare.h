/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_compare.h - are two objects the same code and data?
 */
#ifndef KSPLICE_CCWRAP_OBJECT_COMPARE_H
#define KSPLICE_CCWRAP_OBJECT_COMPARE_H

#include <stdbool.h>

/*
 * True if both files have the same allocated sections, with the same bytes and the same
 * relocations. Debug information may differ. False if one of them cannot be read.
 */
bool object_compare(const char *one, const char *other);

#endif
