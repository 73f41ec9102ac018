// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_apply.c - ksplice-apply: puts an update into the running kernel
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/version.h"
#include "apply/command_end.h"
#include "apply/state_change.h"
#include "apply/update_archive.h"
#include "apply/update_install.h"
#include "apply/update_state.h"
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
	const char *path;
	const char *module;
	double deadline;
	bool check;
	bool json;
	bool quiet;
	bool done; /* --help or --version has been printed */
};

enum {
	OPTION_DEADLINE = 1,
	OPTION_CHECK,
	OPTION_MODULE,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_VERSION
};

static const struct option long_options[] = {
	{"deadline", required_argument, NULL, OPTION_DEADLINE},
	{"check", no_argument, NULL, OPTION_CHECK},
	{"module", required_argument, NULL, OPTION_MODULE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

static struct error *apply_read_options(
	int argc, char **argv, struct apply_options *options)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_DEADLINE:
			try(state_change_read_deadline(optarg, &options->deadline));
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		case OPTION_MODULE:
			options->module = optarg;
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
			puts("ksplice-apply " KSPLICE_VERSION);
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
			"ksplice-apply ksplice-ID.tar.gz");
	options->path = argv[optind];
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
	size_t count = update_state_count_functions(&state);
	printf("Update %s applied: %zu function%s, pause %.2f ms\n", id, count,
		count == 1 ? "" : "s", (double)state.pause_ns / 1e6);
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
	if (!error && !options.done) {
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
