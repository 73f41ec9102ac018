// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_undo.c - ksplice-undo: takes an update out of the running kernel
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/version.h"
#include "apply/command_end.h"
#include "apply/state_change.h"
#include "apply/update_install.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"

static const char help[] =
	"usage: ksplice-undo [OPTION...] ID\n"
	"Reverses the update and unloads it; the kernel's code is again what it was.\n"
	"\n" STATE_CHANGE_DEADLINE_HELP "  --json              print the result as JSON\n"
	"  --quiet             print nothing when all is well\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n"
	"Exit status: 0 reversed, 1 error, 2 refused, 3 no such update is loaded.\n";

struct undo_options {
	const char *id;
	double deadline;
	bool json;
	bool quiet;
	bool done; /* --help or --version has been printed */
};

enum { OPTION_DEADLINE = 1, OPTION_JSON, OPTION_QUIET, OPTION_VERSION };

static const struct option long_options[] = {
	{"deadline", required_argument, NULL, OPTION_DEADLINE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

static struct error *undo_read_options(
	int argc, char **argv, struct undo_options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_DEADLINE:
			try(state_change_read_deadline(optarg, &options->deadline));
			break;
		case OPTION_JSON:
			options->json = true;
			break;
		case OPTION_QUIET:
			options->quiet = true;
			break;
		case 'h':
			fputs(help, stdout);
			options->done = true;
			return NULL;
		case OPTION_VERSION:
			puts("ksplice-undo " KSPLICE_VERSION);
			options->done = true;
			return NULL;
		default:
			return error_failed("try --help");
		}
	}
	if (optind + 1 != argc)
		return error_hint(
			error_failed("%s", optind == argc ? "which update?"
							  : "one update at a time"),
			"ksplice-view lists the ids");
	options->id = argv[optind];
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
	if (!error && !options.done) {
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
