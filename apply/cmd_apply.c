// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_apply.c - ksplice-apply: puts updates into the running kernel
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/control.h"
#include "apply/change_report.h"
#include "apply/command_end.h"
#include "apply/installed_apply.h"
#include "apply/state_change.h"
#include "apply/update_describe.h"
#include "apply/update_folder.h"
#include "apply/update_install.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

static const char help[] =
	"usage: ksplice-apply [OPTION...] ksplice-ID.tar.gz|FOLDER\n"
	"       ksplice-apply [OPTION...] --installed[=ID]\n"
	"       ksplice-apply --confirm[=now]\n"
	"       ksplice-apply --unblock ID\n"
	"Applies an update that ksplice-create made to the running kernel. Given a folder,\n"
	"applies all updates in it that are for this kernel, in the order in which they\n"
	"were made.\n"
	"\n" STATE_CHANGE_HELP
	"  --check             make all checks, also of the code in memory and of the\n"
	"                      stacks, and apply nothing\n"
	"  --replace           reverse all other updates at the same moment, except those\n"
	"                      that this one builds on, and unload them\n"
	"  --partial           leave out the parts of the update that do not fit\n"
	"  --on-mismatch WHAT  for modules that are loaded later and that the update cannot\n"
	"                      patch: refuse (do not load them) or leave (unpatched)\n"
	"  --module PATH       load this ksplice.ko if the kernel has none yet\n"
	"  --installed[=ID]    apply the updates in /var/lib/ksplice/RELEASE that are for this\n"
	"                      kernel (or one of them), except those after which the machine\n"
	"                      went down\n"
	"  --confirm[=now]     wait until these have run for a minute (now: do not wait), so\n"
	"                      that they are applied at the next boot again\n"
	"  --unblock ID        apply that one again, although the machine went down after it\n"
	"  --json              print the result as JSON\n"
	"  --quiet             print nothing when all is well\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n" COMMAND_END_HELP
	"If it is not 0 or 3, the kernel is unchanged, except for earlier updates of a folder,\n"
	"and unless the message says that the update is applied.\n";

struct apply_options {
	/* NULL: --help or --version was printed, or it is none of the first two forms. */
	const char *path;
	const char *installed; /* "" or the id of the only one; NULL: not asked for */
	const char *confirm;   /* "" or "now"; NULL: not asked for */
	const char *unblock;   /* the id; NULL: not asked for */
	const char *part; /* of update path: load this part alone; the core calls so */
	struct install_request request;
	bool json;
	bool quiet;
};

/* Each form of the command has its operands; and --installed applies many updates. */
static struct error *apply_check_operands(
	const struct apply_options *options, char **operands, bool part, bool replace)
{
	int forms = !!options->installed + !!options->confirm + !!options->unblock;

	if (forms > 1)
		return error_usage("give one of --installed, --confirm and --unblock");
	if (forms && (operands[0] || part))
		return error_usage(
			"%s: takes no update", operands[0] ? operands[0] : "--part");
	if (options->installed && !*options->installed && replace)
		return error_usage("--replace: each update would replace the one before");
	if (options->confirm && *options->confirm && strcmp(options->confirm, "now"))
		return error_usage("--confirm=%s: must be now", options->confirm);
	if (options->unblock && (!*options->unblock || strchr(options->unblock, '/')))
		return error_usage(
			"--unblock %s: must be an update's ID", options->unblock);
	if (!forms && !operands[0])
		return error_usage("no update given");
	if (!forms && part != !!operands[1])
		return error_usage(part ? "--part: give the update's id and the target"
					: "give one update, or one folder of updates");
	return NULL;
}

static struct error *apply_read_options(
	int argc, char **argv, struct apply_options *options)
{
	const char *deadline = NULL;
	bool full_scan = false;
	bool replace = false;
	bool partial = false;
	bool part = false;
	struct install_request *request = &options->request;
	const struct command_option table[] = {
		{"deadline", .text = &deadline},
		{"signal", .flag = &request->signal},
		{"full-scan", .flag = &full_scan},
		{"check", .flag = &request->check},
		{"replace", .flag = &replace},
		{"partial", .flag = &partial},
		{"part", .flag = &part},
		{"on-mismatch", .text = &request->on_mismatch},
		{"module", .text = &request->core_path},
		{"installed", .is_optional = true, .text = &options->installed},
		{"confirm", .is_optional = true, .text = &options->confirm},
		{"unblock", .text = &options->unblock},
		{"json", .flag = &options->json},
		{"quiet", .flag = &options->quiet},
		{0},
	};
	const struct command_line line = {"ksplice-apply", help, table, "update", 0, 2};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	if (!operands) {
		options->installed = options->confirm = options->unblock = NULL;
		return NULL;
	}
	try(apply_check_operands(options, operands, part, replace));
	if (request->on_mismatch && strcmp(request->on_mismatch, "refuse") &&
		strcmp(request->on_mismatch, "leave"))
		return error_usage("--on-mismatch %s: must be refuse or leave",
			request->on_mismatch);
	if (deadline)
		try(state_change_read_deadline(deadline, &request->deadline));
	request->options = (full_scan ? KSPLICE_CONTROL_FULL_SCAN : 0) |
			   (replace ? KSPLICE_CONTROL_REPLACE : 0) |
			   (partial ? KSPLICE_CONTROL_PARTIAL : 0);
	options->path = operands[0];
	options->part = operands[0] ? operands[1] : NULL;
	return NULL;
}

static void apply_print_applied(const struct update_state *state)
{
	size_t functions = update_describe_count_functions(state);
	size_t constants = update_describe_count_constants(state);

	if (update_state_is_waiting(state)) {
		scope_free char *targets = update_describe_list_targets(state);
		printf("Update %s waits for a module that it changes to be loaded: %s\n",
			state->id, targets);
		return;
	}
	printf("Update %s applied: %zu function%s, ", state->id, functions,
		functions == 1 ? "" : "s");
	if (constants)
		printf("%zu constant%s, ", constants, constants == 1 ? "" : "s");
	printf("pause %.2f ms\n", (double)state->pause_ns / 1e6);
}

/* What was done: for people at once, for programs into document. */
static struct error *apply_report(const struct apply_options *options, const char *id,
	struct change_report *report, struct json_t **document)
{
	bool is_silent = options->json || options->quiet;

	if (options->request.check) {
		*document = json_make_object();
		json_put_text(*document, "id", id);
		if (!is_silent)
			printf("Update %s can be applied: it is for this kernel, "
			       "and no thread is in the way\n",
				id);
	} else {
		scope_state struct update_state state = {0};
		try(update_state_read(id, &state));
		*document = update_describe(&state);
		if (!is_silent)
			apply_print_applied(&state);
	}
	json_put_text(
		*document, "result", options->request.check ? "checked" : "applied");
	scope_text struct text notes = {0};
	change_report_format_notes(report, &notes);
	if (notes.size && !is_silent)
		fputs(notes.data, stdout);
	change_report_move(report, *document);
	return NULL;
}

static struct error *apply_one(const struct apply_options *options,
	const struct update_archive *archive, struct change_report *report,
	struct json_t **document)
{
	try(update_install(archive, &options->request, report));
	return apply_report(options, archive->id, report, document);
}

/* The updates of a folder that are for this kernel; until one cannot go in. */
static struct error *apply_each(const struct apply_options *options,
	const struct update_folder *folder, struct change_report *report,
	struct json_t *done)
{
	for (size_t i = 0; i < folder->count; i++) {
		struct json_t *document = NULL;
		struct error *error =
			apply_one(options, &folder->archives[i], report, &document);
		if (document)
			json_append(done, document);
		if (error && error_get_kind(error) != ERROR_NO_CHANGE)
			return error;
		if (error && !options->json && !options->quiet)
			printf("Nothing to do: %s\n", error_get_text(error));
		error_free(error);
		/* What was noted of this update says nothing about the next one. */
		change_report_deinit(report);
	}
	if (json_count_items(done))
		return NULL;
	return error_no_change("%s: nothing to do: %zu updates are for this kernel, "
			       "%zu for others",
		options->path, folder->count, folder->skipped_count);
}

static struct error *apply_folder(const struct apply_options *options,
	const struct update_folder *folder, struct change_report *report,
	struct json_t **document)
{
	struct json_t *done = json_make_array();
	struct json_t *skipped = json_make_array();

	for (size_t i = 0; i < folder->skipped_count; i++) {
		json_append_text(skipped, folder->skipped[i]);
		if (!options->json && !options->quiet)
			printf("Skipped %s: it is for another kernel\n",
				folder->skipped[i]);
	}
	struct error *error = apply_each(options, folder, report, done);
	*document = json_make_object();
	json_put_text(
		*document, "result", options->request.check ? "checked" : "applied");
	json_put(*document, "updates", done);
	json_put(*document, "skipped", skipped);
	return error;
}

/* For installed_apply_run. */
struct apply_visit {
	const struct apply_options *options;
	struct change_report *report;
};

static struct error *apply_visit_archive(
	const struct update_archive *archive, void *data, struct json_t *done)
{
	const struct apply_visit *visit = data;
	struct json_t *document = NULL;
	struct error *error =
		apply_one(visit->options, archive, visit->report, &document);
	if (document)
		json_append(done, document);
	/* What was noted of this update says nothing about the next one. */
	change_report_deinit(visit->report);
	return error;
}

static void apply_warn(const struct error *error)
{
	message_warn("%s", error_get_text(error));
}

static struct error *apply_confirm(
	const struct apply_options *options, struct json_t **document)
{
	struct json_t *done;

	try(installed_apply_confirm(!strcmp(options->confirm, "now"), &done));
	for (size_t i = 0; i < json_count_items(done); i++) {
		if (!options->json && !options->quiet)
			printf("Update %s confirmed: it is applied at each boot\n",
				json_find_item_text(done, i));
	}
	*document = json_make_object();
	json_put_text(*document, "result", "confirmed");
	json_put(*document, "updates", done);
	return NULL;
}

static struct error *apply_unblock(
	const struct apply_options *options, struct json_t **document)
{
	try(installed_apply_unblock(options->unblock));
	if (!options->json && !options->quiet)
		printf("Update %s is not blocked any more; ksplice-apply --installed "
		       "applies it\n",
			options->unblock);
	*document = json_make_object();
	json_put_text(*document, "result", "unblocked");
	json_put_text(*document, "id", options->unblock);
	return NULL;
}

static struct error *apply_run(const struct apply_options *options,
	struct change_report *report, struct json_t **document)
{
	scope_folder struct update_folder folder = {0};
	struct apply_visit visit = {options, report};
	const struct installed_visitor visitor = {apply_visit_archive, apply_warn, &visit,
		options->installed, options->request.check};

	try(command_end_need_root());
	if (options->installed)
		return installed_apply_run(&visitor, document);
	if (options->confirm)
		return apply_confirm(options, document);
	if (options->unblock)
		return apply_unblock(options, document);
	if (options->part)
		return update_install_part(options->path, options->part);
	try(update_folder_open(options->path, &folder));
	if (folder.is_folder)
		return apply_folder(options, &folder, report, document);
	return apply_one(options, &folder.archives[0], report, document);
}

static bool apply_has_work(const struct apply_options *options)
{
	return options->path || options->installed || options->confirm ||
	       options->unblock;
}

int main(int argc, char **argv)
{
	struct apply_options options = {.request.deadline = STATE_CHANGE_DEADLINE};
	scope_report struct change_report report = {0};
	struct json_t *document = NULL;

	message_init("ksplice-apply", false);
	struct error *error = apply_read_options(argc, argv, &options);
	if (!error && apply_has_work(&options)) {
		process_catch_signals();
		error = apply_run(&options, &report, &document);
	}
	return command_end(error, options.json, document, &report);
}
