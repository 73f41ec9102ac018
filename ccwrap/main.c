// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - ksplice-cc: a compiler that remembers what it compiled
 *
 *     make ──▶ ksplice-cc ──▶ gcc -fplugin=… ──▶ object
 *                  │               │ unit
 *                  └──── record ◀──┘      .ksplice/<object>.json.zst
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
#include "ccwrap/build_warning.h"
#include "ccwrap/call_log.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_identity.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/local_unit.h"
#include "ccwrap/record_place.h"
#include "ccwrap/record_write.h"
#include "ccwrap/unit_file.h"
#include "ccwrap/unit_store.h"
#include "ccwrap/wrapper_call.h"
#include "ccwrap/wrapper_chain.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/record_reason.h"
#include "lib/text.h"

/* Options of our own; all others are the compiler's. */
#define MAIN_IDENTITY "--ksplice-identity"
#define MAIN_REMAKE "--ksplice-remake="

/* Objects that somebody makes to take them away, by how their names begin. */
static const struct main_passing_output {
	const char *prefix;
	const char *why;
} main_passing_outputs[] = {
	{"distccd_", "distccd sends it to another machine"},
};

#define MAIN_RETRIES 4
#define MAIN_RETRY_PAUSE 20000 /* microseconds */

static uint64_t main_get_time(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The compiler alone: there is nothing to record, or no more than a reason. */
static void main_exec(const struct wrapper_call *call) __attribute__((noreturn));
static void main_exec(const struct wrapper_call *call)
{
	if (call->program)
		compiler_exec(call->program, &call->command);
	compiler_exec_missing(call->command.items[0]);
}

/* As main_exec, for what is not recorded by intent. object may be NULL. */
static void main_pass(const struct wrapper_call *call, const char *object,
	const char *why) __attribute__((noreturn));
static void main_pass(
	const struct wrapper_call *call, const char *object, const char *why)
{
	call_log_add(CALL_PASSED, object, why);
	main_exec(call);
}

/* The user learns once per build that something is not recorded, and where to look. */
static void main_give_reason(const struct record_place *place, const char *reason)
{
	scope_error struct error *error = record_write_reason(place, reason);
	const char *stuck = error ? record_forget(place) : NULL;
	reason = stuck ? stuck : reason;
	call_log_add(CALL_UNRECORDED, place->object, reason);
	build_warning_give(place->object, reason);
}

/* After a compile that worked: a record (reason is NULL), or why there is none. */
static void main_end_record(
	const struct record_place *place, const char *reason, const char *origin)
{
	if (process_interruption())
		call_log_add(CALL_INTERRUPTED, place->object, "by a signal");
	else if (!reason)
		call_log_add(CALL_RECORDED, place->object, origin);
	else if (strcmp(reason, KSPLICE_UNIT_NOT_C) == 0)
		call_log_add(CALL_PASSED, place->object, "compiled as no C");
	else
		main_give_reason(place, reason);
}

static void main_log_failure(const char *object, int status)
{
	scope_free char *why =
		memory_format(WIFSIGNALED(status) ? "the compiler was ended by signal %d"
						  : "the compiler's exit status is %d",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	call_log_add(CALL_FAILED, object, why);
}

/* Why an object is not recorded by intent, or NULL. */
static const char *main_find_rule(const struct record_place *place)
{
	size_t count = sizeof(main_passing_outputs) / sizeof(main_passing_outputs[0]);
	for (size_t i = 0; i < count; i++) {
		if (text_has_prefix(
			    file_name(place->object), main_passing_outputs[i].prefix))
			return main_passing_outputs[i].why;
	}
	return record_place_find_rule(place);
}

/* The place of a source's record, or the compiler alone where there is none. */
static void main_find_place(const struct wrapper_call *call,
	const struct compile_command *command, const struct compile_source *source,
	struct record_place *place)
{
	scope_free char *object = compile_command_get_object(command, source);
	if (record_place_find(place, object))
		main_pass(call, object, "there is no working folder");
}

/* Takes away the records of what the command will make. */
static void main_forget(
	const struct wrapper_call *call, const struct compile_command *command)
{
	for (size_t i = 0; i < command->source_count; i++) {
		struct record_place place = {0};
		main_find_place(call, command, &command->sources[i], &place);
		const char *reason = record_forget(&place);
		if (reason)
			main_give_reason(&place, reason);
		record_place_deinit(&place);
	}
}

/*
 * The compiler without the plugin. Where it makes objects, the reason takes the place of
 * their records; a compile that fails leaves nothing.
 */
static void main_compile_unrecorded(const struct wrapper_call *call,
	const struct compile_command *command, const char *reason)
	__attribute__((noreturn));
static void main_compile_unrecorded(const struct wrapper_call *call,
	const struct compile_command *command, const char *reason)
{
	int status;
	if (compiler_run(call->program, &call->command, KSPLICE_ENV_UNIT, "", &status))
		main_exec(call);
	for (size_t i = 0; i < command->source_count; i++) {
		struct record_place place = {0};
		const struct compile_source *source = &command->sources[i];
		main_find_place(call, command, source, &place);
		if (status)
			main_log_failure(place.object, status);
		else if (source->is_c && !main_find_rule(&place))
			main_give_reason(&place, reason);
		record_place_deinit(&place);
	}
	compiler_run_end();
	compiler_exit_like(status);
}

static void main_make_arguments(const struct wrapper_call *call, const char *plugin,
	struct argument_list *arguments)
{
	/* Another machine need not have it. */
	bool is_plugged = call->launcher != LAUNCHER_NETWORK;
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	for (size_t i = 0; i < call->command.count; i++) {
		argument_list_add(arguments, call->command.items[i]);
		if (i == call->compiler && is_plugged)
			argument_list_add(arguments, option);
	}
}

/*
 * Gets the unit of an object that was made, from the plugin, from the store, or from a
 * compile for it alone. NULL, or why there is none: a constant name. *origin is then for
 * the log.
 */
static const char *main_get_unit(const struct record *record,
	const struct unit_file *file, const char *plugin, struct text *unit,
	const char **origin)
{
	const struct wrapper_call *call = record->call;
	bool is_cached = call->launcher == LAUNCHER_CACHE;
	const char *object = record->object;
	const char *reason = unit_file_get_reason(file);
	*origin = "by the plugin";
	if (!reason && !unit_file_is_started(file)) {
		*origin = "from the store of units";
		if (is_cached && unit_store_find(call, plugin, object, unit))
			return NULL;
		*origin = "by a second compile";
		compiler_run_more();
		reason = local_unit_make(call, plugin, object, file);
	}
	if (!reason)
		reason = unit_file_get_reason(file);
	if (reason)
		return reason;
	if (!unit_file_read(file, unit))
		return unit_file_is_started(file) ? "unit-incomplete" : "plugin-silent";
	if (is_cached)
		unit_store_add(call, plugin, object, unit, record->started);
	return NULL;
}

/* Why there is no record after a compile that worked, or NULL if there is one. */
static const char *main_record(struct record *record, const struct unit_file *file,
	struct compiler_identity *identity, const char **origin)
{
	scope_text struct text unit = {0};
	const char *reason = main_get_unit(record, file, identity->plugin, &unit, origin);
	if (reason)
		return reason;
	record->unit = &unit;
	/* Another build in this tree may just be writing the same object. */
	reason = "record-not-written";
	for (int i = 0; reason && i <= MAIN_RETRIES; i++) {
		if (i)
			usleep(MAIN_RETRY_PAUSE);
		scope_error struct error *error = record_write(record);
		if (!error)
			reason = NULL;
	}
	record->unit = NULL;
	if (!reason)
		compiler_identity_keep(
			identity, record->call->real, record->place->folder);
	return reason;
}

/*
 * The compile failed. Where it is the plugin that no longer loads, or that may have
 * made the compiler crash, the build goes on without it; else the failure stands.
 */
static void main_retry(const struct wrapper_call *call,
	const struct compile_command *command, const struct unit_file *unit)
{
	const char *reason = unit_file_get_reason(unit);
	if (!reason && unit_file_is_started(unit))
		return;
	/* The plugin stood aside, and the compile failed for a reason of its own. */
	if (reason && strcmp(reason, KSPLICE_UNIT_NOT_C) == 0)
		return;
	struct compiler_identity identity = {0};
	if (!reason) {
		compiler_identity_ask(&identity, call->real);
		reason = identity.reason;
		compiler_identity_deinit(&identity);
	}
	if (reason)
		main_compile_unrecorded(call, command, reason);
}

/* What is known of a record before the compile that starts now. */
static struct record main_describe(const struct wrapper_call *call,
	const struct record_place *place, const char *source,
	const struct compiler_identity *identity)
{
	return (struct record){
		.place = place,
		.call = call,
		.source = source,
		.version = identity->version,
		.started = main_get_time(),
	};
}

static void main_compile(const struct wrapper_call *call,
	const struct compile_command *command, const struct record_place *place)
	__attribute__((noreturn));
static void main_compile(const struct wrapper_call *call,
	const struct compile_command *command, const struct record_place *place)
{
	struct compiler_identity identity = {0};
	struct unit_file unit = {.fd = -1};
	struct argument_list arguments = {0};
	const char *reason = record_forget(place);
	if (!reason && !record_place_is_writable(place))
		reason = "folder-not-writable";
	if (!reason) {
		compiler_identity_read(&identity, call->real, place->folder);
		reason = identity.reason;
	}
	scope_error struct error *error = reason ? NULL : unit_file_create(&unit);
	if (reason || error)
		main_compile_unrecorded(call, command, reason ? reason : "no-unit-file");
	main_make_arguments(call, identity.plugin, &arguments);
	scope_free char *object = file_join(place->root, place->object);
	struct record record =
		main_describe(call, place, command->sources->path, &identity);
	record.object = object;
	int status;
	if (compiler_run(call->program, &arguments, KSPLICE_ENV_UNIT, unit.path, &status))
		main_compile_unrecorded(call, command, "compiler-not-started");
	if (status == 0) {
		const char *origin = NULL;
		reason = main_record(&record, &unit, &identity, &origin);
		main_end_record(place, reason, origin);
	}
	compiler_run_end();
	bool was_plugged = call->launcher != LAUNCHER_NETWORK;
	if (was_plugged && WIFEXITED(status) && status)
		main_retry(call, command, &unit);
	if (status)
		main_log_failure(place->object, status);
	compiler_exit_like(status);
}

/* One of several sources that were compiled: NULL, or why it is not recorded. */
static const char *main_record_part(const struct wrapper_call *part,
	const struct record_place *place, const char *source, uint64_t started,
	const char **origin)
{
	struct compiler_identity identity = {0};
	scope_unit_file struct unit_file unit = {.fd = -1};
	if (!record_place_is_writable(place))
		return "folder-not-writable";
	compiler_identity_read(&identity, part->real, place->folder);
	scope_error struct error *error = unit_file_create(&unit);
	scope_free char *object = file_join(place->root, place->object);
	struct record record = main_describe(part, place, source, &identity);
	record.object = object;
	record.started = started;
	const char *reason = identity.reason;
	if (!reason)
		reason = error ? "no-unit-file"
			       : main_record(&record, &unit, &identity, origin);
	compiler_identity_deinit(&identity);
	return reason;
}

/*
 * One compiler makes all objects, with all messages in its order; the records come
 * after it, each from a compile of its source alone.
 */
static void main_compile_several(const struct wrapper_call *call,
	const struct compile_command *command) __attribute__((noreturn));
static void main_compile_several(
	const struct wrapper_call *call, const struct compile_command *command)
{
	uint64_t started = main_get_time();
	int status;
	main_forget(call, command);
	if (compiler_run(call->program, &call->command, KSPLICE_ENV_UNIT, "", &status))
		main_exec(call);
	compiler_run_more();
	for (size_t i = 0; i < command->source_count; i++) {
		const struct compile_source *source = &command->sources[i];
		struct wrapper_call part = *call;
		struct record_place place = {0};
		main_find_place(call, command, source, &place);
		part.expanded = (struct argument_list){0};
		compile_command_select(command, &call->expanded, source, &part.expanded);
		const char *rule = source->is_c ? main_find_rule(&place) : "no C source";
		const char *origin = NULL;
		const char *reason = NULL;
		if (!status && !rule && !process_interruption())
			reason = main_record_part(
				&part, &place, source->path, started, &origin);
		if (status)
			main_log_failure(place.object, status);
		else if (rule)
			call_log_add(CALL_PASSED, place.object, rule);
		else
			main_end_record(&place, reason, origin);
		argument_list_deinit(&part.expanded);
		record_place_deinit(&place);
	}
	compiler_exit_like(status);
}

/*
 * The record of an object that is there already: compiles it once more, to object.o in
 * folder, and puts the record beside it. Whether the two objects are the same is for
 * the caller to find out, who knows what else the build did to it.
 */
static struct error *main_remake(const struct wrapper_call *call,
	struct record_place *place, const char *source, const char *folder)
{
	struct compiler_identity identity = {0};
	scope_unit_file struct unit_file file = {.fd = -1};
	scope_text struct text unit = {0};
	scope_free char *object = file_join(folder, KSPLICE_REMADE_OBJECT);
	compiler_identity_read(&identity, call->real, place->folder);
	if (identity.reason)
		return error_failed("%s: %s", identity.reason,
			record_reason_explain(identity.reason));
	try(unit_file_create(&file));
	struct record record = main_describe(call, place, source, &identity);
	record.object = object;
	record.unit = &unit;
	try(local_unit_compile(call, identity.plugin, object, &file));
	const char *reason = unit_file_get_reason(&file);
	if (reason || !unit_file_read(&file, &unit))
		return error_failed("the plugin wrote nothing%s%s", reason ? ": " : "",
			reason ? record_reason_explain(reason) : "");
	free(place->path);
	place->path = file_join(folder, KSPLICE_REMADE_RECORD);
	struct error *error = record_write(&record);
	compiler_identity_deinit(&identity);
	return error;
}

static int main_remake_report(const struct wrapper_call *call,
	const struct compile_command *command, const char *folder)
{
	struct record_place place = {0};
	if (command->kind != COMPILE_OBJECT || !call->real) {
		fprintf(stderr,
			"ksplice-cc: --ksplice-remake: no compile of one C source "
			"to an object\n");
		return 1;
	}
	const struct compile_source *source = command->sources;
	main_find_place(call, command, source, &place);
	struct error *error = main_remake(call, &place, source->path, folder);
	if (error)
		fprintf(stderr, "ksplice-cc: %s: %s\n", place.object,
			error_get_text(error));
	int code = error ? (int)error_get_kind(error) : 0;
	error_free(error);
	return code;
}

/* For a compiler cache that runs us, and sees neither compiler nor plugin. */
static int main_show_identity(char **argv)
{
	struct wrapper_call call = {0};
	struct compiler_identity identity = {0};
	scope_text struct text text = {0};
	wrapper_call_read(&call, 1, argv);
	if (!call.real)
		compiler_exec_missing(call.command.items[0]);
	compiler_identity_ask(&identity, call.real);
	compiler_identity_describe(&identity, call.real, &text);
	fputs(text.data, stdout);
	compiler_identity_deinit(&identity);
	wrapper_call_deinit(&call);
	return fflush(stdout) ? 1 : 0;
}

/* Why there is nothing to record about a command, whatever it makes; else NULL. */
static const char *main_find_no_record(
	const struct wrapper_call *call, const struct compile_command *command)
{
	const char *above = getenv(KSPLICE_ENV_UNIT);
	if (command->kind == COMPILE_OTHER)
		return "no compile of C to an object";
	if (!call->program || !call->real)
		return "no such compiler";
	return above && *above ? "a ksplice-cc above this one records it" : NULL;
}

int main(int argc, char **argv)
{
	struct wrapper_call call = {0};
	struct compile_command command = {0};
	struct record_place place = {0};

	if (argc == 2 && strcmp(argv[1], MAIN_IDENTITY) == 0)
		return main_show_identity(argv);
	const char *remake = NULL;
	call_log_start(argc, argv);
	if (argc > 1 && text_has_prefix(argv[1], MAIN_REMAKE)) {
		remake = argv[1] + strlen(MAIN_REMAKE);
		argv[1] = argv[0];
		argv++;
		argc--;
	}
	wrapper_call_read(&call, argc, argv);
	wrapper_chain_add(call.program);
	compile_command_read(&call.expanded, &command);
	if (remake)
		return main_remake_report(&call, &command, remake);
	const char *why = main_find_no_record(&call, &command);
	if (why)
		main_pass(&call, NULL, why);
	if (command.kind == COMPILE_SEVERAL)
		main_compile_several(&call, &command);
	main_find_place(&call, &command, command.sources, &place);
	if (command.kind == COMPILE_OBJECT) {
		why = main_find_rule(&place);
		if (why)
			main_pass(&call, place.object, why);
		main_compile(&call, &command, &place);
	}
	main_forget(&call, &command);
	if (command.kind == COMPILE_UNRECORDED)
		main_compile_unrecorded(&call, &command, command.reason);
	main_pass(&call, place.object, "no C source");
}
