/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_describe.h - a loaded update as JSON, from the lines of sysfs
 */
#ifndef KSPLICE_APPLY_UPDATE_DESCRIBE_H
#define KSPLICE_APPLY_UPDATE_DESCRIBE_H

#include <stddef.h>

struct json_t;
struct update_state;

/* As an object, whose members docs/man/ksplice-view.8 lists, but for the record. */
struct json_t *update_describe(const struct update_state *state);

/* The threads in the way as an array of objects; see change_report.h. */
struct json_t *update_describe_conflicts(const struct update_state *state);

/* How many functions it replaces, and how many constants. */
size_t update_describe_count_functions(const struct update_state *state);
size_t update_describe_count_constants(const struct update_state *state);

/* The targets' names with commas between; the caller frees it. */
char *update_describe_list_targets(const struct update_state *state);

#endif
