// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - ksplice-cc: a compiler that remembers what it compiled
 *
 *     make ──▶ ksplice-cc ──▶ gcc -fplugin=… ──▶ object
 *                  │               │ unit
 *                  └──── record ◀──┘      .ksplice/<object>.json.gz
 *
 * What is not a compile of C to an object is left to the compiler altogether. For
 * the rest two things must hold: the object, the messages and the exit code are the
 * compiler's own; and whatever goes wrong with the record is the record's problem,
 * never the build's. A record that is not true must not be left behind, so the old
 * one goes before the compiler starts.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/record.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_identity.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/local_unit.h"
#include "ccwrap/record_place.h"
#include "ccwrap/record_write.h"
#include "ccwrap/unit_file.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/record_rule.h"
#include "lib/text.h"

static uint64_t main_get_time(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The compiler alone: from here on there is nothing to record. */
static void main_pass(const struct wrapper_call *call) __attribute__((noreturn));
static void main_pass(const struct wrapper_call *call)
{
	const char *program = call->program ? call->program : call->command.items[0];
	compiler_exec(program, &call->command);
}

/* As main_pass, and leaves the reason where the record would be. */
static void main_pass_unrecorded(const struct wrapper_call *call,
	const struct record_place *place, const char *reason) __attribute__((noreturn));
static void main_pass_unrecorded(const struct wrapper_call *call,
	const struct record_place *place, const char *reason)
{
	error_free(record_write_reason(place, reason));
	main_pass(call);
}

/* Takes away what an earlier compile left; false if nothing can be written here. */
static bool main_prepare_place(const struct record_place *place)
{
	if (unlink(place->path) && errno != ENOENT)
		return false;
	scope_free char *folder = file_parent(place->path);
	scope_error struct error *error = file_make_folder(folder);
	return !error && access(folder, W_OK) == 0;
}

static void main_make_arguments(const struct wrapper_call *call, const char *plugin,
	struct argument_list *arguments)
{
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	for (size_t i = 0; i < call->command.count; i++) {
		argument_list_add(arguments, call->command.items[i]);
		if (i == call->compiler)
			argument_list_add(arguments, option);
	}
}

/* Why there is no record after a compile that worked, or NULL if there is one. */
static const char *main_record(
	struct record *record, const struct unit_file *unit, const char *plugin)
{
	bool is_direct = record->call->compiler == 0;
	if (!unit_file_is_started(unit) && !is_direct) {
		scope_error struct error *error =
			local_unit_make(record->call, plugin, unit);
		if (error)
			return "not-recorded-by-launcher";
	}
	scope_text struct text text = {0};
	if (!unit_file_read(unit, &text))
		return unit_file_is_started(unit) ? "unit-incomplete" : "plugin-silent";
	record->unit = &text;
	scope_error struct error *error = record_write(record);
	record->unit = NULL;
	return error ? "record-not-written" : NULL;
}

/*
 * The compile failed before our plugin said anything. Where it is the plugin that
 * no longer loads, the build goes on without it; otherwise the failure stands.
 */
static void main_retry(const struct wrapper_call *call, const struct record_place *place)
{
	struct compiler_identity identity = {0};
	compiler_identity_ask(&identity, call->real, place->folder);
	if (identity.reason)
		main_pass_unrecorded(call, place, identity.reason);
	compiler_identity_deinit(&identity);
}

static void main_compile(const struct wrapper_call *call,
	const struct record_place *place, const char *source) __attribute__((noreturn));
static void main_compile(const struct wrapper_call *call,
	const struct record_place *place, const char *source)
{
	struct compiler_identity identity = {0};
	struct unit_file unit = {.fd = -1};
	struct argument_list arguments = {0};
	compiler_identity_read(&identity, call->real, place->folder);
	if (identity.reason)
		main_pass_unrecorded(call, place, identity.reason);
	scope_error struct error *error = unit_file_create(&unit);
	if (error)
		main_pass_unrecorded(call, place, "no-unit-file");
	main_make_arguments(call, identity.plugin, &arguments);
	struct record record = {
		.place = place,
		.call = call,
		.source = source,
		.version = identity.version,
		.started = main_get_time(),
	};
	int status;
	if (compiler_run(call->program, &arguments, KSPLICE_ENV_UNIT, unit.path, &status))
		main_pass_unrecorded(call, place, "compiler-not-started");
	if (status == 0) {
		const char *reason = main_record(&record, &unit, identity.plugin);
		if (reason)
			error_free(record_write_reason(place, reason));
	}
	compiler_run_end();
	if (WIFEXITED(status) && status && !unit_file_is_started(&unit))
		main_retry(call, place);
	compiler_exit_like(status);
}

/* The place of a source's record, or the compiler alone where there is none. */
static void main_find_place(const struct wrapper_call *call,
	const struct compile_command *command, const char *source,
	struct record_place *place)
{
	scope_free char *object = compile_command_get_object(command, source);
	if (record_place_find(place, object))
		main_pass(call);
}

int main(int argc, char **argv)
{
	struct wrapper_call call = {0};
	struct compile_command command = {0};
	struct record_place place = {0};
	const char *above = getenv(KSPLICE_ENV_UNIT);

	wrapper_call_read(&call, argc, argv);
	compile_command_read(&call.expanded, &command);
	bool is_passed = command.kind == COMPILE_OTHER || !call.program || !call.real;
	/* Another of us up there is recording this compile already. */
	is_passed |= above && *above;
	if (is_passed)
		main_pass(&call);
	if (command.kind == COMPILE_OBJECT) {
		const char *source = command.sources.items[0];
		main_find_place(&call, &command, source, &place);
		if (record_rule_find(place.object) || !main_prepare_place(&place))
			main_pass(&call);
		main_compile(&call, &place, source);
	}
	for (size_t i = 0; i < command.sources.count; i++) {
		/* The object that may have been recorded here is replaced. */
		main_find_place(&call, &command, command.sources.items[i], &place);
		unlink(place.path);
		if (command.kind == COMPILE_UNRECORDED && !record_rule_find(place.object))
			error_free(record_write_reason(&place, command.reason));
		record_place_deinit(&place);
	}
	main_pass(&call);
}
