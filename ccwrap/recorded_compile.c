// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/recorded_compile.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>

#include "abi/record.h"
#include "ccwrap/call_log.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_identity.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/plain_compile.h"
#include "ccwrap/plugin_output.h"
#include "ccwrap/record_make.h"
#include "ccwrap/record_outcome.h"
#include "ccwrap/record_path.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"

/* The hosts of a distributor (distcc) may lack the plugin, so they do not get the option.
 */
static bool is_plugged(const struct wrapper_call *call)
{
	return call->launcher != LAUNCHER_NETWORK;
}

static void recorded_compile_make_arguments(const struct wrapper_call *call,
	const char *plugin, struct argument_list *arguments)
{
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	for (size_t i = 0; i < call->command.count; i++) {
		argument_list_add(arguments, call->command.items[i]);
		if (i == call->compiler && is_plugged(call))
			argument_list_add(arguments, option);
	}
}

/*
 * After a compile that failed. If the plugin cannot be loaded any more, or may have
 * crashed the compiler, compiles again without it. Otherwise returns: the failure stands.
 */
static void recorded_compile_retry(const struct wrapper_call *call,
	const struct compile_command *command, const struct plugin_output *output)
{
	const char *reason = plugin_output_get_reason(output);
	if (!reason && plugin_output_is_started(output))
		return;
	/* The plugin did nothing, so the compile failed for a reason of its own. */
	if (reason && strcmp(reason, KSPLICE_UNIT_NOT_C) == 0)
		return;
	struct compiler_identity identity = {0};
	if (!reason) {
		compiler_identity_ask(&identity, call->real);
		reason = identity.reason;
		compiler_identity_deinit(&identity);
	}
	if (reason)
		plain_compile_run(call, command, reason);
}

void recorded_compile_run(const struct wrapper_call *call,
	const struct compile_command *command, const struct record_path *path)
{
	struct compiler_identity identity = {0};
	struct plugin_output output = {.fd = -1};
	struct argument_list arguments = {0};
	/* A wrong record must not remain, so the old one is removed before the compile.
	 */
	const char *reason = record_forget(path);
	if (!reason && !record_path_is_writable(path))
		reason = "folder-not-writable";
	if (!reason) {
		compiler_identity_read(&identity, call->real, path->folder);
		reason = identity.reason;
	}
	scope_error struct error *error = reason ? NULL : plugin_output_create(&output);
	if (reason || error)
		plain_compile_run(call, command, reason ? reason : "no-unit-file");
	recorded_compile_make_arguments(call, identity.plugin, &arguments);
	scope_free char *object = file_join(path->root, path->object);
	struct record record =
		record_make_start(call, path, object, command->sources->path, &identity);
	int status;
	if (compiler_run(
		    call->program, &arguments, KSPLICE_ENV_UNIT, output.path, &status))
		plain_compile_run(call, command, "compiler-not-started");
	if (status == 0) {
		const char *origin = NULL;
		reason = record_make(&record, &output, &identity, &origin);
		record_outcome_end(path, reason, origin);
	}
	compiler_run_end();
	if (is_plugged(call) && WIFEXITED(status) && status)
		recorded_compile_retry(call, command, &output);
	if (status)
		record_outcome_fail(path, status);
	compiler_exit_like(status);
}

/* Records one of several objects that were made. NULL, or why it is not recorded. */
static const char *recorded_compile_add(const struct wrapper_call *part,
	const struct record_path *path, const char *source, uint64_t started,
	const char **origin)
{
	struct compiler_identity identity = {0};
	scope_plugin_output struct plugin_output output = {.fd = -1};
	if (!record_path_is_writable(path))
		return "folder-not-writable";
	compiler_identity_read(&identity, part->real, path->folder);
	scope_error struct error *error = plugin_output_create(&output);
	scope_free char *object = file_join(path->root, path->object);
	struct record record = record_make_start(part, path, object, source, &identity);
	record.started = started;
	const char *reason = identity.reason;
	if (!reason)
		reason = error ? "no-unit-file"
			       : record_make(&record, &output, &identity, origin);
	compiler_identity_deinit(&identity);
	return reason;
}

/* One of several sources, after all of them were compiled. */
static void recorded_compile_end_source(const struct wrapper_call *call,
	const struct compile_command *command, const struct compile_source *source,
	uint64_t started, int status)
{
	struct wrapper_call part = *call;
	struct record_path path = {0};
	plain_compile_find_path(call, command, source, &path);
	part.expanded = (struct argument_list){0};
	compile_command_select(command, &call->expanded, source, &part.expanded);
	const char *rule = source->is_c ? record_path_find_rule(&path) : "not a C source";
	const char *origin = NULL;
	const char *reason = NULL;
	if (!status && !rule && !process_interruption())
		reason = recorded_compile_add(
			&part, &path, source->path, started, &origin);
	if (status)
		record_outcome_fail(&path, status);
	else if (rule)
		call_log_add(CALL_PASSED, path.object, rule);
	else
		record_outcome_end(&path, reason, origin);
	argument_list_deinit(&part.expanded);
	record_path_deinit(&path);
}

void recorded_compile_run_several(
	const struct wrapper_call *call, const struct compile_command *command)
{
	int status;
	plain_compile_forget(call, command);
	uint64_t started = record_make_get_time();
	if (compiler_run(call->program, &call->command, KSPLICE_ENV_UNIT, "", &status))
		plain_compile_exec(call);
	compiler_run_more();
	for (size_t i = 0; i < command->source_count; i++)
		recorded_compile_end_source(
			call, command, &command->sources[i], started, status);
	compiler_exit_like(status);
}
