// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_create.c - ksplice-create: from a patch to an update
 *
 * The passes, in order, are those of create_run; each is a file of its own.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "differ/create/closure.h"
#include "differ/create/patch_file.h"
#include "differ/create/shadow.h"
#include "differ/create/site_table.h"
#include "differ/create/update_match.h"
#include "differ/create/update_object.h"
#include "differ/create/update_package.h"
#include "differ/create/update_plan.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/index.h"
#include "differ/piece/piece.h"
#include "differ/seal/seal_read.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_template.h"
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
	"usage: ksplice-create --patch=FILE [OPTION]... OBJTREE\n"
	"Make an update for a running kernel from a patch of its source.\n"
	"\n"
	"OBJTREE is the folder in which 'make CC=ksplice-cc' left vmlinux, or what\n"
	"'ksplice-index --seal' made of it. Neither it nor the source tree is written, but\n"
	"for the folder .ksplice in it.\n"
	"\n"
	"  -p, --patch=FILE   the unified diff to apply\n"
	"  -s, --strip=N      leading folders of the diff's paths to strip (1, as patch "
	"-p1)\n"
	"      --source=DIR   where the source tree is, if it is not where it was\n"
	"  -o, --output=DIR   where to put ksplice-ID.tar.gz (the current folder)\n"
	"      --keep=DIR     keep the objects made on the way in DIR, which must not "
	"exist\n"
	"      --json         print the result as JSON on standard output\n"
	"  -q, --quiet        show no progress\n"
	"  -h, --help         show this help\n"
	"      --version      show the version\n"
	"\n"
	"Prints the archive's path. Exit code: 0 made, 1 error, 2 refused, 3 no "
	"change.\n";

struct create {
	/* options */
	const char *patch_path;
	const char *output;
	const char *keep;
	const char *tree_path;
	const char *source_path;
	unsigned strip;
	bool is_json;
	bool is_quiet;
	/* inputs */
	struct kernel_tree *tree;
	struct kernel_image *image;
	struct index *index;
	struct text patch_text;
	struct patch_file patch;
	struct update_plan plan;
	/* what is made of them */
	char *work;
	char *shadow;
	struct module_template template;
	struct site_table sites;
	struct update_unit *units;
	struct update_match match;
	char id[KSPLICE_ID_SIZE];
	const char *escape;
	struct json_t *refusals; /* of functions, all that there are */
	char *archive;
	double seconds;
};

static double create_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct error *create_open(struct create *create)
{
	try(file_read(create->patch_path, &create->patch_text));
	if (strlen(create->patch_text.data) != create->patch_text.size)
		return error_failed("%s: is no text", create->patch_path);
	try(patch_file_read(create->patch_path, create->patch_text.data, create->strip,
		&create->patch));
	try(seal_open_tree(create->tree_path, create->source_path, &create->tree));
	try(kernel_image_open(create->tree->vmlinux, &create->image));
	message_step("reading the index of %s (Linux %s)", create->tree->objects,
		create->tree->release);
	return index_open(create->tree, create->image, &create->index);
}

static struct error *create_plan(struct create *create)
{
	try(update_plan_make(create->index, &create->patch, &create->plan));
	for (size_t i = 0; i < create->plan.unbuilt_count; i++)
		message_warn(
			"%s is not built in this configuration: its change has no effect",
			create->plan.unbuilt[i]);
	for (size_t i = 0; i < create->plan.count; i++)
		message_step("the patch changes %s", create->plan.units[i].object);
	return NULL;
}

static struct error *create_prepare(struct create *create)
{
	struct update_source source = {.tree = create->tree, .index = create->index};
	create->units = memory_allocate(create->plan.count * sizeof(*create->units));
	for (size_t i = 0; i < create->plan.count; i++)
		try(update_unit_open(&source, &create->plan.units[i], &create->units[i]));

	scope_free char *build_id =
		text_from_bytes(create->image->build_id, create->image->build_id_size);
	update_package_make_id(create->patch_text.data, build_id, create->id);
	/* Absolute: the compiler runs elsewhere. */
	scope_free char *made = NULL;
	if (create->keep)
		try(file_make_folder(create->keep));
	else
		try(file_make_temporary("ksplice-create", &made));
	create->work = realpath(create->keep ? create->keep : made, NULL);
	if (!create->work)
		return error_errno("%s", create->keep ? create->keep : made);
	create->shadow = file_join(create->work, "shadow");
	try(module_template_prepare(create->tree, build_id,
		create->units[0].record.compiler, create->work, &create->template));
	scope_free char *patch = realpath(create->patch_path, NULL);
	return shadow_create(create->tree, &create->patch,
		patch ? patch : create->patch_path, create->strip, create->shadow);
}

static struct error *create_compare(struct create *create)
{
	struct update_source source = {
		.tree = create->tree,
		.index = create->index,
		.patch = &create->patch,
		.layout = &create->template.layout,
		.shadow = create->shadow,
		.work = create->work,
	};
	bool has_change = false;
	for (size_t i = 0; i < create->plan.count; i++) {
		struct update_unit *unit = &create->units[i];
		message_step("compiling %s before and after (%zu of %zu)", unit->object,
			i + 1, create->plan.count);
		try(update_unit_compile(&source, unit));
		try(update_unit_prove(&source, unit));
		try(update_unit_compare(&source, unit));
		has_change |= unit->has_change;
	}
	if (!has_change)
		return error_no_change("%s: the patch changes no function of this kernel",
			create->patch_path);
	return NULL;
}

/* One function or constant; if it is refused that is noted, and the others are still
 * looked at, so that the user hears of all at once. */
static struct error *create_match_piece(struct create *create,
	const struct update_unit *unit, const struct piece *piece, struct error **refusal)
{
	struct error *error = piece->in_place
				      ? update_match_add_constant(&create->match,
						create->image, unit, piece)
				      : update_match_add(&create->match, create->image,
						&create->sites, unit, piece);
	if (!error)
		message_step("replacing %s%s", piece->symbol->name,
			piece->in_place ? " in place" : "");
	if (!error || error_get_kind(error) != ERROR_REFUSED)
		return error;
	json_append(create->refusals, message_describe(error));
	if (!*refusal) {
		*refusal = error;
		return NULL;
	}
	message_warn("%s", error_get_text(error));
	error_free(error);
	return NULL;
}

static struct error *create_match(struct create *create)
{
	struct error *refusal = NULL;
	create->refusals = json_make_array();
	try(site_table_read(create->image, &create->template.layout, &create->sites));
	for (size_t i = 0; i < create->plan.count; i++) {
		const struct update_unit *unit = &create->units[i];
		if (!unit->has_change)
			continue;
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (!closure_is_replacement(piece) && !piece->in_place)
				continue;
			struct error *error =
				create_match_piece(create, unit, piece, &refusal);
			if (error) {
				error_free(refusal);
				return error;
			}
		}
		const struct piece *escape = closure_find_escape(unit->post_pieces);
		if (escape)
			create->escape = escape->symbol->name;
	}
	if (create->escape && !refusal)
		message_warn("the address of %s, which the update brings, is stored, so "
			     "that this update cannot be undone",
			create->escape);
	return refusal;
}

static struct error *create_write(struct create *create)
{
	struct update_content content = {
		.tree = create->tree,
		.image = create->image,
		.layout = &create->template.layout,
		.units = create->units,
		.unit_count = create->plan.count,
		.match = &create->match,
		.id = create->id,
		.is_irreversible = create->escape != NULL,
	};
	return update_package_write(&content, &create->template, create->patch_path,
		create->escape, create->work, create->output, &create->archive);
}

static struct error *create_run(struct create *create)
{
	double start = create_clock();
	try(create_open(create));
	try(create_plan(create));
	try(create_prepare(create));
	try(create_compare(create));
	try(create_match(create));
	try(create_write(create));
	create->seconds = create_clock() - start;
	return NULL;
}

static struct error *create_clean(struct create *create)
{
	struct error *error = NULL;
	if (create->work && !create->keep)
		error = file_remove(create->work);
	for (size_t i = 0; create->units && i < create->plan.count; i++)
		update_unit_deinit(&create->units[i]);
	free(create->units);
	update_match_deinit(&create->match);
	site_table_deinit(&create->sites);
	module_template_deinit(&create->template);
	update_plan_deinit(&create->plan);
	patch_file_deinit(&create->patch);
	text_deinit(&create->patch_text);
	index_close(create->index);
	kernel_image_close(create->image);
	kernel_tree_close(create->tree);
	json_release(create->refusals);
	free(create->shadow);
	free(create->work);
	return error;
}

static struct json_t *create_describe(const struct create *create)
{
	struct json_t *functions = json_make_array();
	struct json_t *constants = json_make_array();
	for (size_t i = 0; i < create->match.count; i++) {
		const struct match_hunk *hunk = &create->match.items[i];
		if (hunk->hunk.kind == KSPLICE_HUNK_FUNCTION)
			json_append_text(functions, hunk->piece->symbol->name);
		else if (hunk->hunk.kind == KSPLICE_HUNK_DATA)
			json_append_text(constants, hunk->name);
	}
	struct json_t *json = json_make_object();
	json_put_text(json, "result", "created");
	json_put_text(json, "id", create->id);
	json_put_text(json, "archive", create->archive);
	json_put(json, "functions", functions);
	json_put(json, "constants", constants);
	json_put_flag(json, "reversible", !create->escape);
	json_put_real(json, "seconds", create->seconds);
	return json;
}

static void create_print(struct create *create, const struct error *error)
{
	if (create->is_json) {
		scope_json struct json_t *json =
			error ? message_describe(error) : create_describe(create);
		if (error && json_count_items(create->refusals)) {
			json_put(json, "refusals", create->refusals);
			create->refusals = NULL;
		}
		scope_free char *text = json_to_text(json);
		fputs(text, stdout);
	} else if (!error) {
		message_step("made update %s in %.1f s", create->id, create->seconds);
		printf("%s\n", create->archive);
	}
}

static struct error *create_read_strip(const char *text, unsigned *strip)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	if (*end || end == text || number > 64)
		return error_failed("--strip=%s: is no small number", text);
	*strip = (unsigned)number;
	return NULL;
}

/* tree_path stays NULL where there is nothing to do. */
static struct error *create_read_options(
	struct create *create, int count, char **arguments)
{
	const char *strip = NULL;
	const struct command_option table[] = {
		{"patch", 'p', .text = &create->patch_path},
		{"strip", 's', .text = &strip},
		{"output", 'o', .text = &create->output},
		{"keep", .text = &create->keep},
		{"source", .text = &create->source_path},
		{"json", .flag = &create->is_json},
		{"quiet", 'q', .flag = &create->is_quiet},
		{0},
	};
	const struct command_line line = {
		"ksplice-create", help, table, "kernel tree", 1, 1};
	char **operands;
	try(command_line_read(&line, count, arguments, &operands));
	if (strip)
		try(create_read_strip(strip, &create->strip));
	if (operands && !create->patch_path)
		return error_hint(error_failed("which patch?"), "--patch=FILE");
	create->tree_path = operands ? operands[0] : NULL;
	return NULL;
}

int main(int count, char **arguments)
{
	struct create create = {.strip = 1, .output = "."};
	message_init("ksplice-create", false);
	struct error *error = create_read_options(&create, count, arguments);
	if (error || !create.tree_path)
		return message_end(error);
	message_init("ksplice-create", create.is_quiet);
	process_catch_signals();
	if (create.keep && file_exists(create.keep)) {
		error = error_failed("%s: exists already", create.keep);
		create.keep = NULL;
	}
	if (!error)
		error = create_run(&create);
	create_print(&create, error);
	struct error *leftover = create_clean(&create);
	free(create.archive);
	int code = message_end(error);
	if (leftover)
		code = message_end(leftover);
	process_die_interrupted();
	return code;
}
