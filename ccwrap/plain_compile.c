// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/plain_compile.h"

#include "abi/record.h"
#include "ccwrap/call_log.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/record_outcome.h"
#include "ccwrap/record_path.h"
#include "ccwrap/record_write.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"

void plain_compile_exec(const struct wrapper_call *call)
{
	if (call->program)
		compiler_exec(call->program, &call->command);
	compiler_exec_missing(call->command.items[0]);
}

void plain_compile_pass(
	const struct wrapper_call *call, const char *object, const char *why)
{
	call_log_add(CALL_PASSED, object, why);
	plain_compile_exec(call);
}

void plain_compile_find_path(const struct wrapper_call *call,
	const struct compile_command *command, const struct compile_source *source,
	struct record_path *path)
{
	scope_free char *object = compile_command_get_object(command, source);
	if (record_path_find(path, object))
		plain_compile_pass(call, object, "there is no working folder");
}

void plain_compile_forget(
	const struct wrapper_call *call, const struct compile_command *command)
{
	for (size_t i = 0; i < command->source_count; i++) {
		struct record_path path = {0};
		plain_compile_find_path(call, command, &command->sources[i], &path);
		const char *reason = record_forget(&path);
		if (reason)
			record_outcome_refuse(&path, reason);
		record_path_deinit(&path);
	}
}

void plain_compile_run(const struct wrapper_call *call,
	const struct compile_command *command, const char *reason)
{
	int status;
	if (compiler_run(call->program, &call->command, KSPLICE_ENV_UNIT, "", &status))
		plain_compile_exec(call);
	for (size_t i = 0; i < command->source_count; i++) {
		const struct compile_source *source = &command->sources[i];
		struct record_path path = {0};
		plain_compile_find_path(call, command, source, &path);
		if (status)
			record_outcome_fail(&path, status);
		else if (source->is_c && !record_path_find_rule(&path))
			record_outcome_refuse(&path, reason);
		record_path_deinit(&path);
	}
	compiler_run_end();
	compiler_exit_like(status);
}
