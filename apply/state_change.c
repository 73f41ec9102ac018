// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/state_change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/control.h"
#include "apply/change_report.h"
#include "apply/core_device.h"
#include "apply/update_describe.h"
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

/* Threads that a message names; the report has them all. */
enum { NAMED_CONFLICTS = 8 };

/* --signal wakes nobody before this attempt has failed: most threads go by themselves. */
enum { SIGNAL_ATTEMPT = 2 };

struct error *state_change_read_deadline(const char *text, double *seconds)
{
	char *end;
	double value = strtod(text, &end);
	if (end == text || *end || !(value >= 0) || value > 1e6)
		return error_usage("--deadline %s: not a number of seconds", text);
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

static struct error *state_change_note_conflicts(const struct state_change *change,
	struct change_report *report, struct text *names, uint64_t *attempts)
{
	scope_state struct update_state state = {0};
	try(update_state_read(change->id, &state));
	json_release(report->conflicts);
	report->conflicts = update_describe_conflicts(&state);
	state_change_name(report->conflicts, names);
	*attempts = state.attempts;
	return NULL;
}

/* Nobody's stack was in the way: a hook of the update wants to be called again later, or
 * its module is being loaded. The core says which. */
static struct error *state_change_give_up_later(
	int device, const struct state_change *change, uint64_t attempts)
{
	scope_free char *reason = core_device_read_reason(device);
	return error_hint(error_busy(STATE_CHANGE_LATER,
				  "%s: gave up after %g s and %llu attempts; nothing was "
				  "changed: %s",
				  change->id, change->deadline,
				  (unsigned long long)attempts, reason),
		"try again later, or give more time with --deadline SECONDS");
}

static struct error *state_change_give_up(
	int device, const struct state_change *change, struct change_report *report)
{
	scope_text struct text names = {0};
	uint64_t attempts;
	try(state_change_note_conflicts(change, report, &names, &attempts));
	if (!names.size)
		return state_change_give_up_later(device, change, attempts);
	return error_hint(
		error_busy(STATE_CHANGE_BUSY,
			"%s: gave up after %g s and %llu attempts; nothing was changed: "
			"%s",
			change->id, change->deadline, (unsigned long long)attempts,
			names.data),
		"let the thread finish, wake it with --signal or end it, and try again; or "
		"give more time with --deadline SECONDS");
}

/* A kernel thread whose main loop is the function: no time is enough. */
static struct error *state_change_never(
	int device, const struct state_change *change, struct change_report *report)
{
	scope_text struct text names = {0};
	scope_free char *reason = core_device_read_reason(device);
	uint64_t attempts;
	try(state_change_note_conflicts(change, report, &names, &attempts));
	return error_hint(
		error_refused("thread-never-leaves",
			"%s: cannot be done while this thread lives; nothing was "
			"changed: %s",
			change->id,
			*reason      ? reason
			: names.size ? names.data
				     : ""),
		"the function is the thread's main loop, so waiting does not help");
}

/* The core refused for good, and says why. */
static struct error *state_change_refused(
	int device, const struct state_change *change, int number)
{
	scope_free char *reason = core_device_read_reason(device);
	if (number == EPERM)
		return error_refused("irreversible", "%s",
			*reason ? reason : "the update cannot be reversed");
	if (*reason)
		return error_refused("memory", "%s: %s", change->id, reason);
	return error_failed("%s: %s", change->id, strerror(number));
}

static const char *state_change_name_state(uint32_t verb)
{
	bool is_apply =
		verb == KSPLICE_CONTROL_APPLY || verb == KSPLICE_CONTROL_CHECK_APPLY;
	return is_apply ? UPDATE_STATE_APPLIED : UPDATE_STATE_REVERSED;
}

static struct error *state_change_run_on(
	int device, const struct state_change *change, struct change_report *report)
{
	double end = state_change_now() + change->deadline;
	double wait = WAIT_FIRST;

	for (int attempt = 1;; attempt++) {
		if (process_interruption())
			return error_interrupted(
				"%s: interrupted; nothing was changed", change->id);
		int number = core_device_change(
			device, change->id, change->verb, change->options);
		if (!number)
			return NULL;
		if (number == EALREADY)
			return error_no_change("%s: is %s already", change->id,
				state_change_name_state(change->verb));
		if (number == EDEADLK)
			return state_change_never(device, change, report);
		if (number != EAGAIN)
			return state_change_refused(device, change, number);
		double left = end - state_change_now();
		if (left <= 0)
			return state_change_give_up(device, change, report);
		if (change->signal && attempt >= SIGNAL_ATTEMPT)
			try(update_state_signal(change->id, report));
		state_change_wait(wait < left ? wait : left);
		wait = wait * WAIT_GROWTH < WAIT_LONGEST ? wait * WAIT_GROWTH
							 : WAIT_LONGEST;
	}
}

struct error *state_change_run(
	const struct state_change *change, struct change_report *report)
{
	scope_close int device = -1;
	try(core_device_open(&device));
	return state_change_run_on(device, change, report);
}
