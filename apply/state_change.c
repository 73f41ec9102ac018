// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/state_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/core_device.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/process.h"
#include "lib/text.h"

/* The first wait, its growth and the longest one, in seconds. Short at first: most
 * conflicts are a thread that passes by. */
#define WAIT_FIRST 0.005
#define WAIT_GROWTH 1.6
#define WAIT_LONGEST 0.5

/* Threads that a message names; the JSON has them all. */
enum { NAMED_CONFLICTS = 8 };

struct error *state_change_read_deadline(const char *text, double *seconds)
{
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end || !(value >= 0) || value > 1e6)
		return error_failed("--deadline %s: is no number of seconds", text);
	*seconds = value;
	return NULL;
}

static double state_change_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void state_change_wait(double seconds)
{
	struct timespec time = {.tv_sec = (time_t)seconds};
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	nanosleep(&time, NULL);
}

static void state_change_name(const struct json_t *conflicts, struct text *text)
{
	size_t count = json_count_items(conflicts);
	for (size_t i = 0; i < count && i < NAMED_CONFLICTS; i++) {
		const struct json_t *conflict = json_find_item(conflicts, i);
		text_add_format(text, "%s%s (pid %lld) is in %s, at %s", i ? "; " : "",
			json_find_text(conflict, "name"),
			(long long)json_find_number(conflict, "pid", 0),
			json_find_text(conflict, "function"),
			json_find_text(conflict, "place"));
	}
	if (count > NAMED_CONFLICTS)
		text_add_format(text, "; and %zu more", count - NAMED_CONFLICTS);
}

static struct error *state_change_give_up(
	const char *id, double deadline, struct json_t **conflicts)
{
	scope_state struct update_state state = {0};
	try(update_state_read(id, &state));
	struct json_t *found = update_state_describe_conflicts(&state);
	scope_text struct text names = {0};
	state_change_name(found, &names);
	struct error *error = error_refused("thread-in-the-way",
		"%s: gave up after %g s and %llu attempts; nothing was changed: %s", id,
		deadline, (unsigned long long)state.attempts,
		names.size ? names.data : "");
	*conflicts = found;
	return error_hint(error,
		"let the thread finish, wake it or end it, and try again; "
		"or give more time with --deadline SECONDS");
}

/* The core refused for good, and says why. */
static struct error *state_change_refused(int device, const char *id, int number)
{
	scope_free char *reason = core_device_read_reason(device);
	if (number == EPERM)
		return error_refused(
			"irreversible", "%s", *reason ? reason : "cannot be reversed");
	if (*reason)
		return error_refused("memory", "%s: %s", id, reason);
	return error_failed("%s: %s", id, strerror(number));
}

struct error *state_change_run(
	const char *id, const char *state, double deadline, struct json_t **conflicts)
{
	bool is_reversal = !strcmp(state, UPDATE_STATE_REVERSED);
	uint32_t verb = is_reversal ? KSPLICE_CONTROL_REVERSE : KSPLICE_CONTROL_APPLY;
	double end = state_change_now() + deadline;
	double wait = WAIT_FIRST;
	scope_close int device = -1;

	try(core_device_open(&device));
	for (;;) {
		if (process_interruption())
			return error_failed("%s: interrupted; nothing was changed", id);
		int number = core_device_change(device, id, verb, 0);
		if (!number)
			return NULL;
		if (number == EALREADY)
			return error_no_change("%s: is %s already", id, state);
		if (number != EAGAIN)
			return state_change_refused(device, id, number);
		double left = end - state_change_now();
		if (left <= 0)
			return state_change_give_up(id, deadline, conflicts);
		state_change_wait(wait < left ? wait : left);
		wait = wait * WAIT_GROWTH < WAIT_LONGEST ? wait * WAIT_GROWTH
							 : WAIT_LONGEST;
	}
}
