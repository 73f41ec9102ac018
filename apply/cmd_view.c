// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_view.c - ksplice-view: which updates the running kernel has
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/boot_option.h"
#include "apply/command_end.h"
#include "apply/installed_list.h"
#include "apply/update_describe.h"
#include "apply/update_record.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"

static const char help[] =
	"usage: ksplice-view [OPTION...] [ID]\n"
	"       ksplice-view [OPTION...] --installed\n"
	"Lists the updates that are loaded, or shows one: its targets, functions and\n"
	"constants, what ksplice-create found, when it was applied, and the pause.\n"
	"\n"
	"  --installed         list the updates that are installed on the disk: which are\n"
	"                      applied, waiting or blocked, and why\n"
	"  --json              print JSON\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n" COMMAND_END_HELP;

struct view_options {
	bool is_done;   /* --help or --version has been printed */
	const char *id; /* NULL: all */
	bool installed;
	bool json;
};

static struct error *view_read_options(
	int argc, char **argv, struct view_options *options)
{
	const struct command_option table[] = {
		{"installed", .flag = &options->installed},
		{"json", .flag = &options->json},
		{0},
	};
	const struct command_line line = {"ksplice-view", help, table, "update", 0, 1};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	options->is_done = !operands;
	options->id = operands ? operands[0] : NULL;
	if (options->id && options->installed)
		return error_usage("--installed: takes no update");
	return NULL;
}

static void view_print_line(const struct update_state *state)
{
	scope_free char *targets = update_describe_list_targets(state);
	printf("%-10s %-9s %-12s %9zu %8.2f ms\n", state->id, update_state_word(state),
		targets, update_describe_count_functions(state),
		(double)state->pause_ns / 1e6);
}

static const char *view_text(const struct json_t *object, const char *key)
{
	const char *text = json_find_text(object, key);
	return text ? text : "";
}

/* A list of an update's description, for people: its title, and a line for each item. */
static void view_print_list(const struct json_t *update, const char *key,
	void (*print)(const struct json_t *item))
{
	const struct json_t *items = json_find(update, key);
	scope_free char *title = memory_format("%s:", key);

	if (json_count_items(items))
		printf("%-10s %zu\n", title, json_count_items(items));
	for (size_t i = 0; i < json_count_items(items); i++) {
		printf("  ");
		print(json_find_item(items, i));
		putchar('\n');
	}
}

static void view_print_piece(const struct json_t *piece)
{
	const char *overriding = json_find_text(piece, "overridden_by");
	bool is_part = !strcmp(view_text(piece, "kind"), "part");

	printf("%s%s", view_text(piece, "name"), is_part ? " (part)" : "");
	if (overriding)
		printf(" (replaced again by %s)", overriding);
}

static void view_print_hook(const struct json_t *hook)
{
	printf("%s %s", view_text(hook, "kind"), view_text(hook, "function"));
}

static void view_print_dependent(const struct json_t *dependent)
{
	printf("%s builds on it", view_text(dependent, "id"));
}

static void view_print_overridden(const struct json_t *overridden)
{
	printf("%s: %s %s runs instead", view_text(overridden, "function"),
		view_text(overridden, "kind"), view_text(overridden, "by"));
}

static void view_print_part(const struct json_t *part)
{
	const char *module = json_find_text(part, "module");

	printf("%s: %s%s%s", view_text(part, "target"), view_text(part, "state"),
		module ? ", as " : "", module ? module : "");
}

static void view_print_targets(const struct json_t *targets)
{
	for (size_t i = 0; i < json_count_items(targets); i++) {
		const struct json_t *target = json_find_item(targets, i);
		printf("target:    %s, build-id %s\n", view_text(target, "name"),
			view_text(target, "build_id"));
	}
}

static void view_print_titles(const struct json_t *patches)
{
	for (size_t i = 0; i < json_count_items(patches); i++) {
		const struct json_t *patch = json_find_item(patches, i);
		const struct json_t *cves = json_find(patch, "cves");
		const char *title = json_find_text(patch, "title");
		if (title)
			printf("title:     %s\n", title);
		for (size_t k = 0; k < json_count_items(cves); k++)
			printf("cve:       %s\n", json_find_item_text(cves, k));
	}
}

/* What ksplice-create knew of the update: from the copy of its manifest. */
static void view_print_record(const struct json_t *record)
{
	const struct json_t *manifest = json_find(record, "manifest");
	const struct json_t *findings = json_find(manifest, "findings");

	printf("applied:   %s\n", view_text(record, "applied_at"));
	printf("archive:   %s\n", view_text(record, "archive"));
	printf("patch:     %s\n", view_text(manifest, "patch"));
	if (json_find_text(manifest, "description"))
		printf("about:     %s\n", json_find_text(manifest, "description"));
	view_print_titles(json_find(manifest, "patches"));
	if (json_find_text(manifest, "irreversible_because"))
		printf("no undo:   %s\n",
			json_find_text(manifest, "irreversible_because"));
	for (size_t i = 0; i < json_count_items(findings); i++) {
		const struct json_t *finding = json_find_item(findings, i);
		const char *name = json_find_text(finding, "name");
		/* Each function that is replaced is one; they are listed below. */
		if (!strcmp(view_text(finding, "consequence"), "none"))
			continue;
		printf("finding:   %s: %s: %s%s%s\n", view_text(finding, "kind"),
			view_text(finding, "object"), name ? name : "", name ? ": " : "",
			view_text(finding, "text"));
	}
}

static void view_print_details(
	const struct update_state *state, const struct json_t *record)
{
	scope_json struct json_t *update = update_describe(state);

	printf("update:    %s\n", state->id);
	printf("state:     %s\n", update_state_word(state));
	if (*state->replaced_by)
		printf("replaced:  by %s\n", state->replaced_by);
	if (record)
		view_print_record(record);
	view_print_targets(json_find(update, "targets"));
	printf("pause:     %.2f ms\n", (double)state->pause_ns / 1e6);
	printf("attempts:  %llu\n", (unsigned long long)state->attempts);
	if (json_count_items(json_find(update, "parts")) > 1 ||
		update_state_is_waiting(state))
		view_print_list(update, "parts", view_print_part);
	view_print_list(update, "functions", view_print_piece);
	view_print_list(update, "constants", view_print_piece);
	view_print_list(update, "hooks", view_print_hook);
	view_print_list(update, "depends", view_print_dependent);
	view_print_list(update, "overridden", view_print_overridden);
}

/* The update may be unloaded while it is read: then it is not there. */
static struct error *view_read(const char *id, struct update_state *state, bool *is_there)
{
	*is_there = update_state_exists(id);
	if (!*is_there)
		return NULL;
	struct error *error = update_state_read(id, state);
	if (!error || update_state_exists(id))
		return error;
	error_free(error);
	*is_there = false;
	return NULL;
}

/* An update that is not applied has a record only if it was applied before. */
static struct error *view_one(
	const struct view_options *options, struct json_t **document)
{
	scope_state struct update_state state = {0};
	struct json_t *record = NULL;
	bool is_there;

	try(view_read(options->id, &state, &is_there));
	if (!is_there)
		return error_no_change("%s: no such update is loaded", options->id);
	if (update_state_is_applied(&state))
		try(update_record_read(options->id, &record));
	if (!options->json)
		view_print_details(&state, record);
	*document = update_describe(&state);
	json_put_text(*document, "result", "shown");
	if (record)
		json_put(*document, "record", record);
	return NULL;
}

static struct error *view_each(
	char **ids, const struct view_options *options, struct json_t *list)
{
	for (char **id = ids; *id; id++) {
		scope_state struct update_state state = {0};
		bool is_there;
		/* Somebody may have undone it since it was listed. */
		try(view_read(*id, &state, &is_there));
		if (!is_there)
			continue;
		if (!options->json)
			view_print_line(&state);
		json_append(list, update_describe(&state));
	}
	return NULL;
}

static struct error *view_all(
	const struct view_options *options, struct json_t **document)
{
	char **ids = NULL;

	try(update_state_list(&ids));
	if (!options->json && *ids)
		printf("%-10s %-9s %-12s %9s %11s\n", "ID", "STATE", "TARGET",
			"FUNCTIONS", "PAUSE");
	else if (!options->json)
		puts("No updates are loaded.");
	struct json_t *list = json_make_array();
	struct error *error = view_each(ids, options, list);
	update_state_free_list(ids);
	*document = json_make_object();
	json_put_text(*document, "result", "shown");
	json_put(*document, "updates", list);
	return error;
}

static void view_print_installed(const struct json_t *update)
{
	const char *id = json_find_text(update, "id");
	const char *why = json_find_text(update, "why");

	printf("%-10s %-12s %-28s %s\n", id ? id : "-", view_text(update, "state"),
		view_text(update, "release"), view_text(update, "file"));
	if (why)
		printf("  %s\n", why);
}

static struct error *view_installed(
	const struct view_options *options, struct json_t **document)
{
	struct json_t *list;
	bool is_off;

	try(boot_option_read(&is_off));
	try(installed_list_describe(&list));
	if (!options->json && json_count_items(list))
		printf("%-10s %-12s %-28s %s\n", "ID", "STATE", "KERNEL", "FILE");
	else if (!options->json)
		printf("No updates are installed in %s.\n", installed_list_folder());
	for (size_t i = 0; !options->json && i < json_count_items(list); i++)
		view_print_installed(json_find_item(list, i));
	if (is_off && !options->json)
		puts("ksplice.enable=0 on the kernel's command line: none is applied at boot.");
	*document = json_make_object();
	json_put_text(*document, "result", "shown");
	json_put_flag(*document, "enabled", !is_off);
	json_put(*document, "installed", list);
	return NULL;
}

static struct error *view_run(
	const struct view_options *options, struct json_t **document)
{
	if (options->installed)
		return view_installed(options, document);
	return options->id ? view_one(options, document) : view_all(options, document);
}

int main(int argc, char **argv)
{
	struct view_options options = {0};
	struct json_t *document = NULL;

	message_init("ksplice-view", false);
	struct error *error = view_read_options(argc, argv, &options);
	if (!error && !options.is_done)
		error = view_run(&options, &document);
	return command_end(error, options.json, document, NULL);
}
