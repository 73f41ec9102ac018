/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_state.h - the loaded updates, as /sys/kernel/ksplice shows them
 *
 * docs/ABI-sysfs.md describes the files.
 */
#ifndef KSPLICE_APPLY_UPDATE_STATE_H
#define KSPLICE_APPLY_UPDATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change_report;
struct error;

/* What one update's folder says. Texts are lines without the last newline. */
struct update_state {
	char *id;
	char *state;       /* loaded, applied or reversed */
	char *target;      /* names of the targets, one a line */
	char *build_id;    /* of each target, in that order */
	char *parts;       /* target, state, module */
	char *functions;   /* name, size, "replaced" or "part", the id of the update that
			    * replaced it after this one */
	char *constants;   /* name, size, such an id; replaced in place */
	char *hooks;       /* kind, function */
	char *depends;     /* ids of updates that build on this one */
	char *overridden;  /* function, by what else than an update */
	char *replaced_by; /* the id of the update that took over, or "" */
	char *conflicts;   /* with tabs: pid, name, place, function+offset */
	char *stacks;      /* with tabs: pid, name, CPU; then "<tab>function+offset" */
	uint64_t changed_at; /* seconds since 1970; 0: never */
	uint64_t pause_ns;
	uint64_t stop_ns;
	uint64_t attempts;
};

#define UPDATE_STATE_APPLIED "applied"
#define UPDATE_STATE_REVERSED "reversed"

/* True if an update of that id is loaded. */
bool update_state_exists(const char *id);

struct error *update_state_read(const char *id, struct update_state *state);
void update_state_deinit(struct update_state *state);
#define scope_state __attribute__((cleanup(update_state_deinit)))

/* True if it is applied; its new code runs in those of its targets that are loaded. */
bool update_state_is_applied(const struct update_state *state);

/* True if it is applied, and none of its parts is: they wait for their targets. */
bool update_state_is_waiting(const struct update_state *state);

/* The state for people and programs: "waiting", or as the core says. */
const char *update_state_word(const struct update_state *state);

/* The ids of all loaded updates, sorted and NULL-terminated; free each and the array. */
struct error *update_state_list(char ***ids);
void update_state_free_list(char **ids);

/* Wakes the sleeping user threads that were in the way of the last attempt, and notes in
 * the report who they are. */
struct error *update_state_signal(const char *id, struct change_report *report);

/* Calls visit for each line of the text; the line is a copy that it may change. */
void update_state_each_line(
	const char *lines, void (*visit)(char *line, void *data), void *data);

#endif
