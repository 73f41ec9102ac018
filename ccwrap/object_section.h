/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_section.h - the sections of an object that was just compiled
 */
#ifndef KSPLICE_CCWRAP_OBJECT_SECTION_H
#define KSPLICE_CCWRAP_OBJECT_SECTION_H

#include <stdbool.h>

struct error;
struct text;

/* Adds a JSON array of the object's sections; see docs/FORMAT.md. */
struct error *object_section_write(const char *path, struct text *text);

/*
 * True if both objects load the same: sections, their bytes, and what relocations
 * of those refer to. Debug information may differ. Where one cannot be read, they
 * do not.
 */
bool object_section_is_same(const char *one, const char *other);

#endif
