// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/installed_apply.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/boot_option.h"
#include "apply/crash_guard.h"
#include "apply/installed_list.h"
#include "apply/update_folder.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"

/* What became of them. */
struct installed_outcome {
	struct json_t *done;
	struct json_t *failed;
	struct json_t *blocked;
	struct error *first; /* of the errors */
	bool is_found;       /* there was one that is wanted, applied or not */
};

static bool installed_is_applied(const char *id)
{
	scope_state struct update_state state = {0};

	if (!update_state_exists(id))
		return false;
	struct error *error = update_state_read(id, &state);
	bool is_applied = !error && update_state_is_applied(&state);
	error_free(error);
	return is_applied;
}

static struct error *installed_refuse_blocked(
	const char *id, const struct crash_guard_verdict *verdict)
{
	return error_hint(
		error_refused("blocked",
			"%s: is blocked: the machine went down within a minute after it "
			"was applied%s%s",
			id, verdict->since ? ", at " : "",
			verdict->since ? verdict->since : ""),
		"find the cause; then: ksplice-apply --unblock %s", id);
}

static struct error *installed_apply_guarded(const struct installed_visitor *visitor,
	const struct crash_guard *guard, const struct update_archive *archive,
	struct installed_outcome *outcome)
{
	scope_verdict struct crash_guard_verdict verdict = {0};

	try(crash_guard_read(guard, archive->id, &verdict));
	if (verdict.kind == CRASH_GUARD_BLOCKED) {
		json_append_text(outcome->blocked, archive->id);
		return installed_refuse_blocked(archive->id, &verdict);
	}
	if (!visitor->is_check)
		try(crash_guard_begin(guard, archive->id));
	struct error *error = visitor->apply(archive, visitor->data, outcome->done);
	if (error && !visitor->is_check && !installed_is_applied(archive->id))
		error_free(crash_guard_end(guard, archive->id));
	return error;
}

/* The error is consumed. */
static void installed_add_failure(const struct installed_visitor *visitor,
	struct installed_outcome *outcome, const char *name, struct error *error)
{
	struct json_t *failure = message_describe(error);

	json_put_text(failure, "name", name);
	json_append(outcome->failed, failure);
	if (!outcome->first) {
		outcome->first = error;
		return;
	}
	visitor->warn(error);
	error_free(error);
}

static void installed_apply_one(const struct installed_visitor *visitor,
	const struct crash_guard *guard, const struct update_archive *archive,
	struct installed_outcome *outcome)
{
	if (*visitor->id && strcmp(visitor->id, archive->id))
		return;
	outcome->is_found = true;
	if (installed_is_applied(archive->id))
		return;
	struct error *error = installed_apply_guarded(visitor, guard, archive, outcome);
	/* For ksplice-view; that it cannot be noted is no reason to fail. */
	if (!visitor->is_check)
		error_free(installed_list_note(
			archive->id, error ? error_get_text(error) : NULL));
	if (error)
		installed_add_failure(visitor, outcome, archive->id, error);
}

static struct error *installed_apply_folder(const struct installed_visitor *visitor,
	struct update_folder *folder, struct installed_outcome *outcome)
{
	scope_guard struct crash_guard guard = {0};

	try(crash_guard_init(&guard, installed_list_folder()));
	/* They have no id; whoever wants one update did not ask for them. */
	for (size_t i = 0; i < folder->failed_count && !*visitor->id; i++) {
		struct update_folder_failure *failed = &folder->failed[i];
		installed_add_failure(visitor, outcome, failed->name, failed->error);
		failed->error = NULL;
	}
	for (size_t i = 0; i < folder->count && !process_interruption(); i++)
		installed_apply_one(visitor, &guard, &folder->archives[i], outcome);
	if (outcome->first || json_count_items(outcome->done))
		return outcome->first;
	if (process_interruption())
		return process_interrupted();
	if (!outcome->is_found && *visitor->id)
		return error_failed("%s: is not installed for this kernel", visitor->id);
	if (!outcome->is_found)
		return error_no_change("nothing to do: no update is installed for this "
				       "kernel");
	return error_no_change(
		"nothing to do: the installed updates are applied already");
}

struct error *installed_apply_run(
	const struct installed_visitor *visitor, struct json_t **document)
{
	scope_folder struct update_folder folder = {0};
	scope_free char *path = installed_list_running();
	bool is_off;

	try(boot_option_read(&is_off));
	if (is_off)
		return error_no_change("nothing to do: ksplice.enable=0 on the kernel's "
				       "command line turns installed updates off");
	try(update_folder_open_all(path, &folder));
	struct installed_outcome outcome = {
		json_make_array(), json_make_array(), json_make_array(), NULL, false};
	struct json_t *skipped = json_make_array();
	struct error *error = installed_apply_folder(visitor, &folder, &outcome);
	for (size_t i = 0; i < folder.skipped_count; i++)
		json_append_text(skipped, folder.skipped[i]);
	*document = json_make_object();
	json_put_text(*document, "result", visitor->is_check ? "checked" : "applied");
	json_put(*document, "updates", outcome.done);
	json_put(*document, "failed", outcome.failed);
	json_put(*document, "blocked", outcome.blocked);
	json_put(*document, "skipped", skipped);
	return error;
}

/* In short steps, because updates may be applied while it waits. */
static struct error *installed_wait_for_trials(bool at_once, struct json_t *done)
{
	double left;

	do {
		scope_guard struct crash_guard guard = {0};
		try(crash_guard_init(&guard, installed_list_folder()));
		try(crash_guard_confirm(&guard, at_once, done, &left));
		if (left > 0)
			usleep((useconds_t)((left < 0.5 ? left : 0.5) * 1e6) + 1);
		if (process_interruption())
			return process_interrupted();
	} while (left > 0);
	return NULL;
}

struct error *installed_apply_confirm(bool at_once, struct json_t **done)
{
	scope_json struct json_t *confirmed = json_make_array();

	try(installed_wait_for_trials(at_once, confirmed));
	if (!json_count_items(confirmed))
		return error_no_change("nothing to do: no update is on trial");
	*done = take_pointer(confirmed);
	return NULL;
}

struct error *installed_apply_unblock(const char *id)
{
	scope_guard struct crash_guard guard = {0};
	scope_verdict struct crash_guard_verdict verdict = {0};

	try(crash_guard_init(&guard, installed_list_folder()));
	try(crash_guard_read(&guard, id, &verdict));
	if (verdict.kind != CRASH_GUARD_BLOCKED)
		return error_no_change("%s: is not blocked", id);
	try(crash_guard_end(&guard, id));
	error_free(installed_list_note(id, NULL));
	return NULL;
}
