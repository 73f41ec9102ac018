// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_apply.c - ksplice-apply: puts an update into the running kernel
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "apply/command_end.h"
#include "apply/state_change.h"
#include "apply/update_archive.h"
#include "apply/update_install.h"
#include "apply/update_state.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"

static const char help[] =
	"usage: ksplice-apply [OPTION...] ksplice-ID.tar.gz\n"
	"Applies an update that ksplice-create made to the running kernel.\n"
	"\n" STATE_CHANGE_DEADLINE_HELP
	"  --check             make all checks, also of the code in memory, and apply\n"
	"                      nothing\n"
	"  --module PATH       load this ksplice.ko if the kernel has none yet\n"
	"  --json              print the result as JSON\n"
	"  --quiet             print nothing when all is well\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n"
	"Exit status: 0 applied, 1 error, 2 refused, 3 it was applied already.\n"
	"Unless it is 0 or 3, the kernel is as it was.\n";

struct apply_options {
	const char *path; /* NULL: there is nothing to do */
	const char *module;
	double deadline;
	bool check;
	bool json;
	bool quiet;
};

static struct error *apply_read_options(
	int argc, char **argv, struct apply_options *options)
{
	const char *deadline = NULL;
	const struct command_option table[] = {
		{"deadline", .text = &deadline},
		{"check", .flag = &options->check},
		{"module", .text = &options->module},
		{"json", .flag = &options->json},
		{"quiet", .flag = &options->quiet},
		{0},
	};
	const struct command_line line = {"ksplice-apply", help, table, "update", 1, 1};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	if (deadline)
		try(state_change_read_deadline(deadline, &options->deadline));
	options->path = operands ? operands[0] : NULL;
	return NULL;
}

static struct error *apply_report(const struct apply_options *options, const char *id)
{
	scope_state struct update_state state = {0};
	try(update_state_read(id, &state));
	if (options->json) {
		struct json_t *document = update_state_describe(&state);
		json_put_text(document, "result", "applied");
		command_end_print_json(document);
		return NULL;
	}
	if (options->quiet)
		return NULL;
	size_t functions = update_state_count_functions(&state);
	size_t constants = update_state_count_constants(&state);
	printf("Update %s applied: %zu function%s, ", id, functions,
		functions == 1 ? "" : "s");
	if (constants)
		printf("%zu constant%s, ", constants, constants == 1 ? "" : "s");
	printf("pause %.2f ms\n", (double)state.pause_ns / 1e6);
	return NULL;
}

static void apply_report_check(const struct apply_options *options, const char *id)
{
	if (options->json) {
		struct json_t *document = json_make_object();
		json_put_text(document, "id", id);
		json_put_text(document, "result", "checked");
		command_end_print_json(document);
	} else if (!options->quiet) {
		printf("Update %s can be applied: the running kernel is the one it is for\n",
			id);
	}
}

static struct error *apply_run(
	const struct apply_options *options, struct json_t **conflicts)
{
	scope_archive struct update_archive archive = {0};
	try(command_end_need_root());
	try(update_archive_open(options->path, &archive));
	if (options->check) {
		try(update_install_prove(&archive, options->module));
		apply_report_check(options, archive.id);
		return NULL;
	}
	try(update_install(&archive, options->module, options->deadline, conflicts));
	return apply_report(options, archive.id);
}

int main(int argc, char **argv)
{
	struct apply_options options = {.deadline = STATE_CHANGE_DEADLINE};
	struct json_t *conflicts = NULL;

	message_init("ksplice-apply", false);
	struct error *error = apply_read_options(argc, argv, &options);
	if (!error && options.path) {
		process_catch_signals();
		error = apply_run(&options, &conflicts);
	}
	if (error && options.json)
		command_end_print_failure(error, conflicts);
	else
		json_release(conflicts);
	int status = message_end(error);
	if (status)
		process_die_interrupted();
	return status;
}
