/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_reason.h - the reasons why an object that should have a record has none
 *
 * The names are in records (docs/FORMAT.md); the texts are for people.
 */
#ifndef KSPLICE_LIB_RECORD_REASON_H
#define KSPLICE_LIB_RECORD_REASON_H

#include <stddef.h>

/* The text for the name, a constant; the name itself if it is unknown. */
const char *record_reason_explain(const char *name);

/* The name as a constant text, or NULL if it is unknown. */
const char *record_reason_find(const char *name, size_t length);

#endif
