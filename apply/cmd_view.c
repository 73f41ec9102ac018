// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_view.c - ksplice-view: which updates the running kernel has
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/command_end.h"
#include "apply/update_state.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"

static const char help[] =
	"usage: ksplice-view [OPTION...] [ID]\n"
	"Lists the updates that are loaded, or shows one with its functions and constants.\n"
	"\n"
	"  --json              print JSON\n"
	"  -h, --help          show this text\n"
	"  --version           show the version\n"
	"\n"
	"Exit status: 0 done, 1 error, 3 no such update is loaded.\n";

struct view_options {
	bool is_done;   /* --help or --version has been printed */
	const char *id; /* NULL: all */
	bool json;
};

static struct error *view_read_options(
	int argc, char **argv, struct view_options *options)
{
	const struct command_option table[] = {
		{"json", .flag = &options->json},
		{0},
	};
	const struct command_line line = {"ksplice-view", help, table, "update", 0, 1};
	char **operands;
	try(command_line_read(&line, argc, argv, &operands));
	options->is_done = !operands;
	options->id = operands ? operands[0] : NULL;
	return NULL;
}

static void view_print_line(const struct update_state *state)
{
	printf("%-10s %-9s %-12s %9zu %8.2f ms\n", state->id, state->state, state->target,
		update_state_count_functions(state), (double)state->pause_ns / 1e6);
}

static void view_print_details(const struct update_state *state)
{
	printf("update:    %s\n", state->id);
	printf("state:     %s\n", state->state);
	printf("target:    %s\n", state->target);
	printf("build-id:  %s\n", state->build_id);
	printf("pause:     %.2f ms\n", (double)state->pause_ns / 1e6);
	printf("attempts:  %llu\n", (unsigned long long)state->attempts);
	printf("functions: %zu\n", update_state_count_functions(state));
	for (const char *line = state->functions; *line;) {
		size_t size = strcspn(line, "\n");
		size_t name = strcspn(line, " \n");
		const char *kind = memrchr(line, ' ', size);
		printf("  %.*s%s\n", (int)name, line,
			kind && !strncmp(kind, " part", 5) ? " (part)" : "");
		line += size + (line[size] == '\n');
	}
	if (*state->constants)
		printf("constants: %zu\n", update_state_count_constants(state));
	for (const char *line = state->constants; *line;) {
		size_t size = strcspn(line, "\n");
		printf("  %.*s\n", (int)strcspn(line, " \n"), line);
		line += size + (line[size] == '\n');
	}
}

static struct error *view_one(const struct view_options *options)
{
	scope_state struct update_state state = {0};
	if (!update_state_exists(options->id))
		return error_no_change("%s: no such update is loaded", options->id);
	try(update_state_read(options->id, &state));
	if (options->json)
		command_end_print_json(update_state_describe(&state));
	else
		view_print_details(&state);
	return NULL;
}

static struct error *view_each(
	char **ids, const struct view_options *options, struct json_t *list)
{
	for (char **id = ids; *id; id++) {
		scope_state struct update_state state = {0};
		try(update_state_read(*id, &state));
		if (options->json)
			json_append(list, update_state_describe(&state));
		else
			view_print_line(&state);
	}
	return NULL;
}

static struct error *view_all(const struct view_options *options)
{
	char **ids = NULL;
	try(update_state_list(&ids));
	struct json_t *list = json_make_array();
	if (!options->json && *ids)
		printf("%-10s %-9s %-12s %9s %11s\n", "ID", "STATE", "TARGET",
			"FUNCTIONS", "PAUSE");
	else if (!options->json)
		puts("No updates are loaded.");
	struct error *error = view_each(ids, options, list);
	if (!error && options->json) {
		struct json_t *document = json_make_object();
		json_put(document, "updates", list);
		command_end_print_json(document);
	} else {
		json_release(list);
	}
	for (char **id = ids; *id; id++)
		free(*id);
	free(ids);
	return error;
}

int main(int argc, char **argv)
{
	struct view_options options = {0};

	message_init("ksplice-view", false);
	struct error *error = view_read_options(argc, argv, &options);
	if (!error && !options.is_done)
		error = options.id ? view_one(&options) : view_all(&options);
	if (error && options.json)
		command_end_print_failure(error, NULL);
	return message_end(error);
}
