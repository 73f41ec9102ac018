// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_unload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/control.h"
#include "abi/update.h"
#include "apply/change_report.h"
#include "apply/core_device.h"
#include "apply/kernel_module.h"
#include "apply/state_change.h"
#include "apply/update_record.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Somebody may look at the module just now, in /proc or /sys. */
enum { UNLOAD_TRIES = 100, UNLOAD_WAIT_NS = 20 * 1000 * 1000 };

struct error *update_unload_module(const char *name)
{
	const struct timespec wait = {.tv_nsec = UNLOAD_WAIT_NS};
	int number = 0;

	for (int i = 0; i < UNLOAD_TRIES; i++) {
		number = kernel_module_unload(name);
		if (number != EAGAIN && number != EWOULDBLOCK && number != EBUSY)
			break;
		nanosleep(&wait, NULL);
	}
	if (!number || number == ENOENT)
		return NULL;
	return error_hint(
		error_failed("module %s: cannot be unloaded: %s", name, strerror(number)),
		"it may be in use, for example by a tracer; its code does not run, and "
		"ksplice-undo can unload it later");
}

struct error *update_unload_modules(const char *id)
{
	scope_free char *first = memory_format(KSPLICE_MODULE_PREFIX "%s", id);
	char **names = NULL;
	struct error *error = NULL;

	try(kernel_module_list(first, &names));
	/* The newest first, since it may use symbols of an older one. */
	for (char **name = names; *name && !error; name++)
		error = update_unload_module(*name);
	update_state_free_list(names);
	/* An update that waited for its targets has no module that could end it. */
	if (!error && update_state_exists(id))
		error = core_device_forget(id);
	return error;
}

static struct error *update_unload_reverse(const char *id,
	const struct unload_request *request, struct change_report *report)
{
	const struct state_change change = {
		.id = id,
		.verb = request->check ? KSPLICE_CONTROL_CHECK_REVERSE
				       : KSPLICE_CONTROL_REVERSE,
		.options = request->options,
		.deadline = request->deadline,
		.signal = request->signal,
	};
	return state_change_run(&change, report);
}

struct error *update_unload(const char *id, const struct unload_request *request,
	struct change_report *report)
{
	scope_state struct update_state state = {0};
	scope_close int lock = -1;

	if (!update_state_exists(id))
		return error_hint(error_no_change("%s: no such update is loaded", id),
			"ksplice-view lists the loaded updates");
	try(core_device_lock(id, &lock));
	try(update_state_read(id, &state));
	if (update_state_is_applied(&state))
		try(update_unload_reverse(id, request, report));
	if (request->check)
		return NULL;
	try(update_unload_modules(id));
	return update_record_remove(id);
}

struct id_list {
	char **items;
	size_t count;
	size_t capacity;
};

/* Adds an id that is not there yet. */
static void update_unload_add_id(struct id_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!strcmp(list->items[i], id))
			return;
	}
	*array_add(list) = memory_copy_text(id);
}

/* The ids in the modules' names, the newest first. */
static struct error *update_unload_list_modules(struct id_list *list)
{
	char **names = NULL;

	/* What begins with "ksplice_": the core itself is called ksplice. */
	try(kernel_module_list("ksplice", &names));
	for (char **name = names; *name; name++) {
		const char *start = *name + strlen(KSPLICE_MODULE_PREFIX);
		if (!text_has_prefix(*name, KSPLICE_MODULE_PREFIX))
			continue;
		scope_free char *id = memory_copy_range(start, strcspn(start, "_"));
		if (update_state_exists(id))
			update_unload_add_id(list, id);
	}
	update_state_free_list(names);
	return NULL;
}

/* All ids; those of updates without modules are the last. */
static struct error *update_unload_list(char ***ids)
{
	struct id_list list = {0};
	char **shown = NULL;

	try(update_state_list(&shown));
	struct error *error = update_unload_list_modules(&list);
	for (char **id = shown; *id && !error; id++)
		update_unload_add_id(&list, *id);
	update_state_free_list(shown);
	*array_add(&list) = NULL;
	*ids = list.items;
	if (!error)
		return NULL;
	update_state_free_list(*ids);
	*ids = NULL;
	return error;
}

/* As update_unload; the threads in the report are those of the last one that failed. */
static struct error *update_unload_next(const char *id,
	const struct unload_request *request, struct change_report *report)
{
	struct json_t *before = report->conflicts;

	report->conflicts = NULL;
	struct error *error = update_unload(id, request, report);
	if (error) {
		json_release(before);
	} else {
		json_release(report->conflicts);
		report->conflicts = before;
	}
	return error;
}

/* Tries each that is still there. Returns how many went; *error is the last one's. */
static size_t update_unload_pass(char **ids, const struct unload_request *request,
	struct change_report *report, struct json_t *done, struct error **error)
{
	size_t count = 0;

	for (char **id = ids; *id && !process_interruption(); id++) {
		if (!**id)
			continue;
		struct error *failed = update_unload_next(*id, request, report);
		if (failed) {
			error_free(*error);
			*error = failed;
			continue;
		}
		json_append_text(done, *id);
		**id = '\0';
		count++;
	}
	return count;
}

struct error *update_unload_all(const struct unload_request *request,
	struct change_report *report, struct json_t *done)
{
	struct error *error = NULL;
	char **ids = NULL;
	size_t went;

	try(update_unload_list(&ids));
	if (!*ids) {
		update_state_free_list(ids);
		return error_no_change("no update is loaded");
	}
	/* Who was refused because another builds on it may go when that one has gone. */
	do {
		error_free(error);
		error = NULL;
		json_release(report->conflicts);
		report->conflicts = NULL;
		went = update_unload_pass(ids, request, report, done, &error);
	} while (error && went && !request->check && !process_interruption());
	update_state_free_list(ids);
	if (!error && process_interruption())
		return process_interrupted();
	return error;
}
