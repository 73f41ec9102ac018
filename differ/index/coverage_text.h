/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coverage_text.h - the index's coverage, for people and for programs
 */
#ifndef KSPLICE_DIFFER_INDEX_COVERAGE_TEXT_H
#define KSPLICE_DIFFER_INDEX_COVERAGE_TEXT_H

#include <stdbool.h>

struct index_coverage;
struct json_t;
struct text;

/* Adds some lines. Without is_verbose long lists are cut, and say so. */
void coverage_add_text(
	const struct index_coverage *coverage, bool is_verbose, struct text *text);

/* Everything; the caller releases it. */
struct json_t *coverage_describe(const struct index_coverage *coverage);

#endif
