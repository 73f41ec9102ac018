// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_diff.c - ksplice-diff: what differs between two objects, function by function
 *
 * It compares existing object files in the way of ksplice-create.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "abi/kernel_layout.h"
#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/compare.h"
#include "differ/piece/piece.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/message.h"

static const char help[] =
	"usage: ksplice-diff [OPTION]... PRE.o POST.o\n"
	"Show which functions and variables differ between two object files.\n"
	"\n"
	"Compile both with -ffunction-sections -fdata-sections.\n"
	"\n"
	"      --pre-record=FILE   the record of PRE.o\n"
	"      --post-record=FILE  the record of POST.o; static local variables of one name\n"
	"                          are told apart by the records\n"
	"  -a, --all               also show functions and variables that are the same\n"
	"      --json              print the result as JSON\n"
	"  -h, --help              show this help\n"
	"      --version           show the version\n"
	"\n"
	"Exit status: 0 the objects differ, 1 error, 2 refused, 3 no difference.\n";

struct diff_options {
	const char *objects[2];
	const char *records[2];
	bool is_all;
	bool is_json;
};

struct diff {
	struct elf_object *objects[2];
	struct record records[2];
	struct piece_set *sets[2];
	struct json_t *json; /* array of what is shown, or NULL: text */
	bool has_change;
};

static const char *const state_names[] = {
	[PIECE_NEW] = "new",
	[PIECE_SAME] = "same",
	[PIECE_CHANGED] = "changed",
};

static bool piece_is_shown(const struct piece *piece)
{
	return piece->symbol &&
	       (piece->role == SECTION_CODE || piece->role == SECTION_DATA ||
		       piece->role == SECTION_ONCE || piece->role == SECTION_HOOK);
}

static void diff_show_piece(
	struct diff *diff, const struct piece *piece, const char *state)
{
	const char *kind = piece->role == SECTION_CODE ? "function" : "variable";
	uint64_t offset;
	bool is_found =
		piece->state == PIECE_CHANGED &&
		compare_find_difference(diff->sets[0], diff->sets[1], piece, &offset);
	bool has_code = is_found && piece->role == SECTION_CODE && offset < piece->size &&
			offset < piece->twin->size;
	scope_free char *before = NULL;
	scope_free char *after = NULL;
	uint64_t start;
	if (has_code) {
		const struct piece *twin = piece->twin;
		before = disassembly_show(
			twin->section->data + twin->offset, twin->size, offset, &start);
		after = disassembly_show(piece->section->data + piece->offset,
			piece->size, offset, &start);
	}
	if (!diff->json) {
		printf("%s %s %s", state, kind, piece->symbol->name);
		if (is_found)
			printf("+0x%" PRIx64, offset);
		if (has_code)
			printf(": %s | %s", before, after);
		putchar('\n');
		return;
	}
	struct json_t *item = json_make_object();
	json_put_text(item, "state", state);
	json_put_text(item, "kind", kind);
	json_put_text(item, "name", piece->symbol->name);
	if (is_found)
		json_put_number(item, "offset", (int64_t)offset);
	json_put_text(item, "before", before);
	json_put_text(item, "after", after);
	json_append(diff->json, item);
}

static void diff_show(struct diff *diff, bool is_all)
{
	for (size_t i = 0; i < diff->sets[1]->count; i++) {
		const struct piece *piece = &diff->sets[1]->pieces[i];
		diff->has_change |= piece->state != PIECE_SAME;
		if (piece_is_shown(piece) && (is_all || piece->state != PIECE_SAME))
			diff_show_piece(diff, piece, state_names[piece->state]);
	}
	for (size_t i = 0; i < diff->sets[0]->count; i++) {
		const struct piece *piece = &diff->sets[0]->pieces[i];
		if (piece->twin || piece->role == SECTION_MERGED)
			continue;
		diff->has_change = true;
		if (piece_is_shown(piece))
			diff_show_piece(diff, piece, "removed");
	}
}

static struct error *diff_run(const struct diff_options *options, struct diff *diff)
{
	/* No kernel, no tables: objects with special sections are refused by name. */
	static const struct kernel_layout layout;
	for (int i = 0; i < 2; i++) {
		try(elf_object_open(
			options->objects[i], ELF_RELOCS_READ, &diff->objects[i]));
		if (options->records[i])
			try(record_read(options->records[i], &diff->records[i]));
		try(piece_set_create(
			diff->objects[i], &layout, &diff->records[i], &diff->sets[i]));
	}
	compare_pieces(diff->sets[0], diff->sets[1]);
	if (options->is_json)
		diff->json = json_make_array();
	diff_show(diff, options->is_all);
	return diff->has_change ? NULL : error_no_change("the objects are the same");
}

/* What is shown is there, too, if the objects are the same. */
static void diff_print(struct diff *diff, const struct error *error)
{
	struct json_t *document = json_make_object();
	json_put_text(document, "result", "different");
	if (diff->json)
		json_put(document, "pieces", diff->json);
	diff->json = NULL;
	message_print_json(document, error);
}

/* False where there is nothing more to do. */
static struct error *diff_read_options(
	int count, char **arguments, struct diff_options *options, bool *is_wanted)
{
	const struct command_option table[] = {
		{"pre-record", .text = &options->records[0]},
		{"post-record", .text = &options->records[1]},
		{"all", 'a', .flag = &options->is_all},
		{"json", .flag = &options->is_json},
		{0},
	};
	const struct command_line line = {"ksplice-diff", help, table, "object", 2, 2};
	char **operands;
	try(command_line_read(&line, count, arguments, &operands));
	*is_wanted = operands;
	for (int i = 0; operands && i < 2; i++)
		options->objects[i] = operands[i];
	return NULL;
}

int main(int count, char **arguments)
{
	struct diff_options options = {0};
	struct diff diff = {0};
	bool is_wanted = false;
	message_init("ksplice-diff", false);
	struct error *error = diff_read_options(count, arguments, &options, &is_wanted);
	if (!error && is_wanted)
		error = diff_run(&options, &diff);
	for (int i = 0; i < 2; i++) {
		piece_set_free(diff.sets[i]);
		record_deinit(&diff.records[i]);
		elf_object_close(diff.objects[i]);
	}
	if (options.is_json && (error || diff.json))
		diff_print(&diff, error);
	return message_exit(message_end(error));
}
