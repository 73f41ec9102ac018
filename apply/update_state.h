/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_state.h - the loaded updates, as /sys/kernel/ksplice shows them
 */
#ifndef KSPLICE_APPLY_UPDATE_STATE_H
#define KSPLICE_APPLY_UPDATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct json_t;

/* What one update's folder says. */
struct update_state {
	char *id;
	char *state; /* loaded, applied or reversed */
	char *target;
	char *build_id;
	char *functions; /* lines: name, size, "replaced" or "part" */
	char *constants; /* lines: name, size; replaced in place */
	char *conflicts; /* lines with tabs: pid, name, place, function+offset */
	uint64_t pause_ns;
	uint64_t attempts;
};

/* The states that can be written, too. */
#define UPDATE_STATE_APPLIED "applied"
#define UPDATE_STATE_REVERSED "reversed"

/* True if an update of that id is loaded. */
bool update_state_exists(const char *id);

struct error *update_state_read(const char *id, struct update_state *state);
void update_state_deinit(struct update_state *state);
#define scope_state __attribute__((cleanup(update_state_deinit)))

/* How many functions it replaces, and how many constants. */
size_t update_state_count_functions(const struct update_state *state);
size_t update_state_count_constants(const struct update_state *state);

/* The ids of all loaded updates, sorted and NULL-terminated; free each and the array. */
struct error *update_state_list(char ***ids);

/* As an object: id, state, target, build_id, functions, constants, pause_ms, attempts. */
struct json_t *update_state_describe(const struct update_state *state);

/* The threads in the way as an array of objects: pid, name, place, function. */
struct json_t *update_state_describe_conflicts(const struct update_state *state);

#endif
