// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_undo.c - ksplice-undo: takes updates out of the running kernel
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/control.h"
#include "apply/change_report.h"
#include "apply/command_end.h"
#include "apply/state_change.h"
#include "apply/update_unload.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

static const char help[] =
	"usage: ksplice-undo [OPTION...] ID\n"
	"       ksplice-undo [OPTION...] --all\n"
	"Reverses an update and unloads it. The kernel's code is then as it was before.\n"
	"ksplice-view lists the IDs.\n"
	"\n"
	"  --all               undo all updates, each before those that it builds on\n"
	"  --check             make all checks, also of the stacks, and change nothing\n" STATE_CHANGE_HELP
	"  --json              print the result as JSON\n"
	"  --quiet             print nothing when all is well\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n" COMMAND_END_HELP;

struct undo_options {
	const char *id; /* NULL: all */
	struct unload_request request;
	bool is_done; /* --help or --version has been printed */
	bool all;
	bool json;
	bool quiet;
};

static struct error *undo_read_options(
	int argc, char **argv, struct undo_options *options)
{
	const char *deadline = NULL;
	bool full_scan = false;
	const struct command_option table[] = {
		{"all", .flag = &options->all},
		{"deadline", .text = &deadline},
		{"check", .flag = &options->request.check},
		{"signal", .flag = &options->request.signal},
		{"full-scan", .flag = &full_scan},
		{"json", .flag = &options->json},
		{"quiet", .flag = &options->quiet},
		{0},
	};
	const struct command_line line = {"ksplice-undo", help, table, "update", 0, 1};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	options->is_done = !operands;
	options->id = operands ? operands[0] : NULL;
	if (!options->is_done && options->all == !!options->id)
		return error_hint(error_usage("give the ID of one update, or --all"),
			"ksplice-view lists the updates");
	if (deadline)
		try(state_change_read_deadline(deadline, &options->request.deadline));
	options->request.options = full_scan ? KSPLICE_CONTROL_FULL_SCAN : 0;
	return NULL;
}

static struct error *undo_updates(const struct undo_options *options,
	struct change_report *report, struct json_t *done)
{
	if (options->all)
		return update_unload_all(&options->request, report, done);
	try(update_unload(options->id, &options->request, report));
	json_append_text(done, options->id);
	return NULL;
}

static struct error *undo_run(const struct undo_options *options,
	struct change_report *report, struct json_t **document)
{
	bool is_check = options->request.check;

	try(command_end_need_root());
	struct json_t *done = json_make_array();
	struct error *error = undo_updates(options, report, done);
	for (size_t i = 0; i < json_count_items(done); i++) {
		const char *id = json_find_item_text(done, i);
		if (!options->json && !options->quiet)
			printf(is_check ? "Update %s can be undone\n"
					: "Update %s reversed and unloaded\n",
				id);
	}
	scope_text struct text notes = {0};
	change_report_format_notes(report, &notes);
	if (!error && notes.size && !options->json && !options->quiet)
		fputs(notes.data, stdout);
	*document = json_make_object();
	json_put_text(*document, "result", is_check ? "checked" : "reversed");
	if (!options->all)
		json_put_text(*document, "id", options->id);
	json_put(*document, "updates", done);
	return error;
}

int main(int argc, char **argv)
{
	struct undo_options options = {.request.deadline = STATE_CHANGE_DEADLINE};
	scope_report struct change_report report = {0};
	struct json_t *document = NULL;

	message_init("ksplice-undo", false);
	struct error *error = undo_read_options(argc, argv, &options);
	if (!error && !options.is_done) {
		process_catch_signals();
		error = undo_run(&options, &report, &document);
	}
	return command_end(error, options.json, document, &report);
}
