// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_create.c - ksplice-create: from a patch to an update
 *
 * The work is in create/: create_run.h for one update, patch_choice.h for many patches.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/create_run.h"
#include "differ/create/finding.h"
#include "differ/create/patch_choice.h"
#include "differ/create/patch_source.h"
#include "differ/create/update_deb.h"
#include "differ/create/update_manifest.h"
#include "differ/create/update_package.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

static const char help[] =
	"usage: ksplice-create --patch=FILE... [OPTION]... OBJTREE\n"
	"       ksplice-create --deb [OPTION]... ksplice-ID.tar.gz\n"
	"Make an update for a running kernel from a patch of its source.\n"
	"\n"
	"OBJTREE is the folder in which 'make CC=ksplice-cc' built vmlinux, or an archive of it\n"
	"that 'ksplice-index --seal' made. Only the folder .ksplice in it is written to.\n"
	"\n"
	"  -p, --patch=FILE   the patch: a unified diff, a mail or several; a folder of them;\n"
	"                     - is standard input; if given several times, they are applied\n"
	"                     in that order\n"
	"      --git=COMMIT   the patch is that commit of the git repository that the source\n"
	"                     tree is; A..B is the difference from A to B; may be given\n"
	"                     several times\n"
	"      --diffext=EXT  the patch is the difference from each FILE of the source tree\n"
	"                     to FILE.EXT beside it\n"
	"      --each         take each patch, mail or commit of A..B by itself: leave out, and\n"
	"                     list, those that cannot be live, and make one update of the rest\n"
	"  -s, --strip=N      leading folders to strip from the patch's paths, like -p of\n"
	"                     patch(1); the default is 1\n"
	"      --source=DIR   the source tree, if it has moved since the build\n"
	"  -o, --output=DIR   the folder for ksplice-ID.tar.gz; the default is the current one\n"
	"      --allow-layout=KIND:NAME\n"
	"                     accept that the patch changes the layout of the struct, union\n"
	"                     or enum NAME; may be given several times\n"
	"      --keep=DIR     keep the intermediate objects in DIR, which must not exist yet\n"
	"      --description=TEXT\n"
	"                     what ksplice-view shows of the update\n"
	"      --deb          make a Debian package of the update, too; without a patch, of\n"
	"                     an update that was made before\n"
	"  -n, --dry-run      do everything but write the archive\n"
	"      --json         print the result as JSON on standard output\n"
	"  -q, --quiet        show no progress\n"
	"  -h, --help         show this help\n"
	"      --version      show the version\n"
	"\n"
	"Prints the path of the update. Exit status: 0 done, 1 error, 2 refused, 3 the patch\n"
	"changes nothing in this kernel.\n";

/* One update of those patches that can be live. */
static struct error *create_choose(struct create *create)
{
	scope_free char *made = NULL;
	try(create_open(create));
	patch_sources_split(&create->sources, create->strip);
	try(file_make_temporary("ksplice-create", &made));
	create->work = realpath(made, NULL);
	if (!create->work)
		return error_errno("%s", made);
	const struct patch_choice_request request = {
		.patches = &create->sources,
		.strip = create->strip,
		.tree_path = create->tree_path,
		.source_path = create->source_path,
		.allowed_layouts = &create->allowed_layouts,
		.description = create->description,
		.output = create->output,
		.keep = create->keep,
		.work = create->work,
		.is_dry = create->is_dry,
	};
	return patch_choice_run(&request, &create->chosen);
}

/* Of the update that was made just now, or that the command line names. */
static struct error *create_write_deb(struct create *create, const char *archive)
{
	if (!create->is_deb || create->is_dry || !archive)
		return NULL;
	return update_deb_write(archive, create->output, &create->deb);
}

/* Everything that main asks for. */
static struct error *create_all(struct create *create)
{
	bool has_patch =
		create->patch_paths.count || create->commits.count || create->extension;
	if (create->is_deb)
		try(update_deb_check());
	if (!has_patch) {
		create->chosen = json_make_object();
		json_put_text(create->chosen, "result", "created");
		return create_write_deb(create, create->tree_path);
	}
	try(create->is_each ? create_choose(create) : create_run(create));
	return create_write_deb(
		create, create->is_each ? json_find_text(create->chosen, "archive")
					: create->archive);
}

static void create_free_options(struct create *create)
{
	free(create->patch_paths.items);
	free(create->commits.items);
	free(create->allowed_layouts.items);
}

static void create_print_chosen(struct create *create, const struct error *error)
{
	const char *archive = json_find_text(create->chosen, "archive");
	if (create->is_json) {
		message_print_json(create->chosen, error);
		create->chosen = NULL;
	} else if (!error && archive) {
		printf("%s\n", archive);
	}
}

static void create_print(struct create *create, const struct error *error)
{
	const struct update *update = &create->update;
	if (create->chosen) {
		json_put_text(create->chosen, "package", create->deb);
		create_print_chosen(create, error);
	} else if (create->is_json) {
		struct json_t *json =
			error ? json_make_object() : create_describe(create);
		json_put_text(json, "package", create->deb);
		json_put(json, "patches", patch_sources_describe(&create->patches));
		json_put(json, "findings", finding_list_to_json(&update->findings));
		json_put(json, "without_effect",
			update_manifest_list_without_effect(update));
		json_put_number(json, "same_objects", (int64_t)create->plan.same_count);
		json_put(json, "warnings", create->warnings);
		create->warnings = NULL;
		message_print_json(json, error);
	} else if (!error) {
		message_step("%s update %s in %.1f s",
			create->is_dry ? "could make" : "made", create->id,
			create->seconds);
		if (!create->is_dry)
			printf("%s\n", create->archive);
	}
	if (!error && !create->is_json && create->deb)
		printf("%s\n", create->deb);
}

static struct error *create_read_strip(const char *text, unsigned *strip)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (*end || end == text || number > 64)
		return error_usage("--strip=%s: not a number from 0 to 64", text);
	*strip = (unsigned)number;
	return NULL;
}

static struct error *create_explain_options(
	struct error *error, int count, char **arguments)
{
	for (int i = 1; i < count; i++) {
		if (text_has_prefix(arguments[i], "-p") &&
			create_is_number(arguments[i] + 2))
			return error_hint(error, "%s", create_strip_hint);
	}
	return error;
}

/* Patches of one kind only: between kinds, there is no order. */
static struct error *create_check_sources(const struct create *create, const char *strip)
{
	int kinds = (create->patch_paths.count != 0) + (create->commits.count != 0) +
		    (create->extension != NULL);
	size_t inputs = 0;
	if (!kinds && create->is_deb)
		return NULL;
	if (!kinds)
		return error_hint(
			error_usage("no patch given"), "give it with --patch=FILE");
	if (kinds > 1)
		return error_usage(
			"give one of --patch, --git and --diffext, not several of them");
	if (strip && !create->patch_paths.count)
		return error_usage("--strip is for patches that --patch names");
	if (create->is_each && create->extension)
		return error_usage("--each is for patches and commits");
	for (size_t i = 0; i < create->patch_paths.count; i++)
		inputs += strcmp(create->patch_paths.items[i], "-") == 0;
	if (inputs > 1)
		return error_usage("standard input can be read once only");
	return NULL;
}

/* tree_path stays NULL where there is nothing to do. */
static struct error *create_read_options(
	struct create *create, int count, char **arguments)
{
	const char *strip = NULL;
	const struct command_option table[] = {
		{"patch", 'p', .list = &create->patch_paths},
		{"git", .list = &create->commits},
		{"diffext", .text = &create->extension},
		{"each", .flag = &create->is_each},
		{"strip", 's', .text = &strip},
		{"output", 'o', .text = &create->output},
		{"keep", .text = &create->keep},
		{"source", .text = &create->source_path},
		{"allow-layout", .list = &create->allowed_layouts},
		{"description", .text = &create->description},
		{"deb", .flag = &create->is_deb},
		{"dry-run", 'n', .flag = &create->is_dry},
		{"json", .flag = &create->is_json},
		{"quiet", 'q', .flag = &create->is_quiet},
		{0},
	};
	const struct command_line line = {
		"ksplice-create", help, table, "kernel tree", 1, 1};
	char **operands;
	struct error *error = command_line_read(&line, count, arguments, &operands);
	if (error)
		return create_explain_options(error, count, arguments);
	if (strip)
		try(create_read_strip(strip, &create->strip));
	if (operands)
		try(create_check_sources(create, strip));
	create->tree_path = operands ? operands[0] : NULL;
	return operands ? update_package_check_output(create->output) : NULL;
}

int main(int count, char **arguments)
{
	struct create create = {.strip = 1, .output = ".", .warnings = json_make_array()};
	message_init("ksplice-create", false);
	struct error *error = create_read_options(&create, count, arguments);
	if (error || !create.tree_path) {
		if (create.is_json)
			message_print_json(NULL, error);
		json_release(create.warnings);
		create_free_options(&create);
		return message_exit(message_end(error));
	}
	message_init("ksplice-create", create.is_quiet);
	process_catch_signals();
	if (create.keep && file_exists(create.keep)) {
		error = error_failed("%s: exists already", create.keep);
		create.keep = NULL;
	}
	if (!error)
		error = create_all(&create);
	create_print(&create, error);
	struct error *leftover = create_clean(&create);
	create_free_options(&create);
	free(create.archive);
	free(create.deb);
	int code = message_end(error);
	if (leftover)
		code = message_end(leftover);
	return message_exit(code);
}
