/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lookup_text.h - what a look-up found, for people and for programs
 *
 * For people a path is as in its tree; programs get the related path (docs/FORMAT.md).
 */
#ifndef KSPLICE_DIFFER_INDEX_LOOKUP_TEXT_H
#define KSPLICE_DIFFER_INDEX_LOOKUP_TEXT_H

struct index_unit;
struct json_t;
struct lookup;
struct text;

/* A paragraph for each. */
void lookup_add_paragraphs(const struct lookup *found, struct text *text);

/* A line for each: object, name, lines, place, hash. */
void lookup_add_lines(const struct lookup *found, struct text *text);

/* An array of objects; the caller releases it, as all below. */
struct json_t *lookup_describe(const struct lookup *found);

/* A line: object, source, target. */
void unit_add_line(const struct index_unit *unit, struct text *text);

struct json_t *unit_describe(const struct index_unit *unit);

#endif
