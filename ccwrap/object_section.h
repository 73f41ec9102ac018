/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_section.h - the sections of an object, for its record
 */
#ifndef KSPLICE_CCWRAP_OBJECT_SECTION_H
#define KSPLICE_CCWRAP_OBJECT_SECTION_H

struct error;
struct text;

/* Adds a JSON array of the object's sections; see docs/FORMAT.md. */
struct error *object_section_write(const char *path, struct text *text);

#endif
