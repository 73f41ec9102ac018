// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_undo.c - ksplice-undo: takes an update out of the running kernel
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "apply/command_end.h"
#include "apply/state_change.h"
#include "apply/update_install.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"

static const char help[] =
	"usage: ksplice-undo [OPTION...] ID\n"
	"Reverses the update and unloads it; the kernel's code is again what it was.\n"
	"ksplice-view lists the IDs.\n"
	"\n" STATE_CHANGE_DEADLINE_HELP "  --json              print the result as JSON\n"
	"  --quiet             print nothing when all is well\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n"
	"Exit status: 0 reversed, 1 error, 2 refused, 3 no such update is loaded.\n";

struct undo_options {
	const char *id; /* NULL: there is nothing to do */
	double deadline;
	bool json;
	bool quiet;
};

static struct error *undo_read_options(
	int argc, char **argv, struct undo_options *options)
{
	const char *deadline = NULL;
	const struct command_option table[] = {
		{"deadline", .text = &deadline},
		{"json", .flag = &options->json},
		{"quiet", .flag = &options->quiet},
		{0},
	};
	const struct command_line line = {"ksplice-undo", help, table, "update", 1, 1};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	if (deadline)
		try(state_change_read_deadline(deadline, &options->deadline));
	options->id = operands ? operands[0] : NULL;
	return NULL;
}

static struct error *undo_run(
	const struct undo_options *options, struct json_t **conflicts)
{
	try(command_end_need_root());
	try(update_uninstall(options->id, options->deadline, conflicts));
	if (options->json) {
		struct json_t *document = json_make_object();
		json_put_text(document, "id", options->id);
		json_put_text(document, "result", "reversed");
		command_end_print_json(document);
	} else if (!options->quiet) {
		printf("Update %s reversed and unloaded\n", options->id);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	struct undo_options options = {.deadline = STATE_CHANGE_DEADLINE};
	struct json_t *conflicts = NULL;

	message_init("ksplice-undo", false);
	struct error *error = undo_read_options(argc, argv, &options);
	if (!error && options.id) {
		process_catch_signals();
		error = undo_run(&options, &conflicts);
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
