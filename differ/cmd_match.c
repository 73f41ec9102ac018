// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cmd_match.c - ksplice-match: an update that changes nothing and proves everything
 *
 * The update has the match records of every function that the compiler made for vmlinux,
 * and replaces none. If it can be applied, the run-pre match knows all ways in which that
 * kernel rewrites its own code. A kernel CI can test this before there is a patch.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/create/update_match.h"
#include "differ/create/update_model.h"
#include "differ/create/update_object.h"
#include "differ/create/update_package.h"
#include "differ/create/update_parts.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/index.h"
#include "differ/index/placement.h"
#include "differ/seal/seal_read.h"
#include "differ/tree/build_record.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_template.h"
#include "lib/cleanup.h"
#include "lib/command_line.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/process.h"
#include "lib/text.h"

static const char help[] =
	"usage: ksplice-match [OPTION]... OBJTREE\n"
	"Make an update that replaces nothing and checks every function of the running kernel\n"
	"against OBJTREE's vmlinux. Give it to 'ksplice-apply --check'. OBJTREE may be an archive\n"
	"that 'ksplice-index --seal' made.\n"
	"\n"
	"      --module=PATH  check the functions of this module instead, such as\n"
	"                     fs/fuse/fuse; may be given several times\n"
	"      --source=DIR   the source tree, if it has moved since the build\n"
	"  -o, --output=DIR   the folder for ksplice-ID.tar.gz; the default is the current one\n"
	"  -q, --quiet        show no progress\n"
	"  -h, --help         show this help\n"
	"      --version      show the version\n"
	"\n"
	"Prints the path of the update. Exit status: 0 done, 1 error, 2 refused.\n";

static const char match_text[] = "Every function of these is matched, none is replaced:";

struct matching {
	const char *tree_path;
	const char *source_path;
	const char *output;
	bool is_quiet;
	struct kernel_tree *tree;
	struct kernel_image *image;
	struct index *index;
	struct command_list modules; /* paths; none: vmlinux */
	struct index_unit *units;    /* of vmlinux */
	size_t unit_count;
	char *work;
	struct module_template template;
	struct update_targets targets;
	struct update update;
	char *archive;
};

/* Init code, which is gone from memory when the kernel runs, is linked behind the text.
 */
static bool address_is_text(const struct update_target *target, uint64_t address)
{
	const struct kernel_image *image = target->image;
	return target->module ? !update_target_is_init(target, address)
			      : address >= image->base && address < image->text_end;
}

/* Static calls' trampolines are written by the kernel as it likes; nobody patches them.
 */
static bool section_is_function(const struct elf_section *section)
{
	return section && strcmp(section->name, ".static_call.text") != 0;
}

/* A function may have several names; it is matched once. */
static bool symbol_is_first(
	const struct elf_object *object, const struct elf_symbol *symbol)
{
	for (size_t i = 1; i < symbol->index; i++) {
		const struct elf_symbol *other = &object->symbols[i];
		if (other->type == STT_FUNC && other->size &&
			other->section == symbol->section &&
			other->value == symbol->value)
			return false;
	}
	return true;
}

/* Weak, and vmlinux uses another file's: nobody calls this one by its name. */
static bool symbol_is_overridden(const struct kernel_image *image,
	const struct elf_symbol *symbol, uint64_t address)
{
	if (symbol->binding == STB_LOCAL)
		return false;
	const struct elf_symbol *global = kernel_image_find_global(image, symbol->name);
	return !global || global->value != address;
}

static struct error *matching_add_object(
	struct update_part *part, const struct update_unit *unit)
{
	const struct elf_object *object = unit->original;
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		uint64_t address;
		if (symbol->type != STT_FUNC || !symbol->size ||
			!section_is_function(elf_object_symbol_section(object, symbol)) ||
			!symbol_is_first(object, symbol))
			continue;
		if (!placement_find_symbol(object, unit->places, symbol, &address))
			return error_refused("unproven-place",
				"%s: %s: its place in %s could not be proven",
				unit->object, symbol->name, part->target->row.name);
		if (!address_is_text(part->target, address) ||
			symbol_is_overridden(part->target->image, symbol, address))
			continue;
		try(update_match_add_function(&part->match, unit, symbol, address));
	}
	return NULL;
}

static struct error *matching_add_unit(const struct matching *matching,
	struct update_part *part, const struct index_unit *index_unit)
{
	scope_free char *path = file_join(matching->tree->objects, index_unit->object);
	scope_elf_object struct elf_object *object = NULL;
	scope_free struct placement *places = NULL;
	try(elf_object_open(path, ELF_RELOCS_READ, &object));
	try(index_read_places(
		matching->index, index_unit, object, part->target->module, &places));
	struct update_unit unit = {.object = index_unit->object,
		.target = part->target,
		.original = object,
		.places = places};
	return matching_add_object(part, &unit);
}

/* The compiler that built the kernel, for the template. */
static struct error *matching_find_compiler(
	const struct matching *matching, struct record *record)
{
	for (size_t i = 0; i < matching->unit_count; i++) {
		if (strcmp(matching->units[i].state, "recorded") != 0)
			continue;
		scope_free char *path = memory_format("%s/%s/%s%s",
			matching->tree->objects, KSPLICE_RECORD_DIR,
			matching->units[i].object, KSPLICE_RECORD_SUFFIX);
		return record_read(path, record);
	}
	return error_refused("no-records", "%s: no object of vmlinux was recorded",
		matching->tree->objects);
}

static struct error *matching_add_target(
	struct matching *matching, const char *path, size_t number, const char *id)
{
	struct update_target *target;
	struct index_unit *units;
	size_t count;
	struct error *error = NULL;
	try(update_targets_find(&matching->targets, path, &target));
	try(update_parts_add(&matching->update, target, id));
	struct update_part *part = &matching->update.parts[number];
	try(index_list_target(matching->index, path, &units, &count));
	for (size_t i = 0; i < count && !error; i++) {
		if (strcmp(units[i].state, "recorded") == 0)
			error = matching_add_unit(matching, part, &units[i]);
	}
	index_free_units(units, count);
	if (!error)
		message_step("%s: %zu functions with %zu sites in them", path,
			part->match.count, part->match.site_count);
	return error;
}

/* The paths of what is matched, as a text. */
static char *matching_describe(const struct matching *matching)
{
	struct text text = {0};
	text_add(&text, match_text);
	for (size_t i = 0; i < matching->modules.count; i++)
		text_add_format(&text, " %s", matching->modules.items[i]);
	if (!matching->modules.count)
		text_add(&text, " " KSPLICE_TARGET_VMLINUX);
	text_add(&text, "\n");
	return text.data;
}

static struct error *matching_write(struct matching *matching)
{
	static const char *const vmlinux[] = {KSPLICE_TARGET_VMLINUX};
	scope_record struct record record = {0};
	scope_free char *build_id = text_from_bytes(
		matching->image->build_id, matching->image->build_id_size);
	scope_free char *path = file_join(matching->work, "match-all.txt");
	scope_free char *text = matching_describe(matching);
	size_t count = matching->modules.count;
	const char *const *paths = count ? matching->modules.items : vmlinux;
	char id[KSPLICE_ID_SIZE];
	update_package_make_id(text, build_id, id);
	try(file_write(path, text, strlen(text)));
	try(matching_find_compiler(matching, &record));
	try(module_template_prepare(matching->tree, build_id, record.compiler,
		matching->work, &matching->template));
	update_targets_init(&matching->targets, matching->tree, matching->index,
		&matching->template.layout, matching->image);
	matching->update.targets = &matching->targets;
	for (size_t i = 0; i < count + !count; i++)
		try(matching_add_target(matching, paths[i], i, id));
	const struct update_content content = {&matching->update, id};
	return update_package_write(&content, &matching->template, path, matching->work,
		matching->output, &matching->archive);
}

static struct error *matching_run(struct matching *matching)
{
	try(seal_open_tree(matching->tree_path, matching->source_path, &matching->tree));
	try(kernel_image_open(matching->tree->vmlinux, &matching->image));
	try(index_open(matching->tree, matching->image, &matching->index));
	try(index_list_target(matching->index, KSPLICE_TARGET_VMLINUX, &matching->units,
		&matching->unit_count));
	try(file_make_temporary("ksplice-match", &matching->work));
	return matching_write(matching);
}

static struct error *matching_clean(struct matching *matching)
{
	struct error *error = matching->work ? file_remove(matching->work) : NULL;
	update_parts_deinit(&matching->update);
	update_targets_deinit(&matching->targets);
	free(matching->modules.items);
	module_template_deinit(&matching->template);
	index_free_units(matching->units, matching->unit_count);
	index_close(matching->index);
	kernel_image_close(matching->image);
	kernel_tree_close(matching->tree);
	free(matching->work);
	return error;
}

/* tree_path stays NULL where there is nothing to do. */
static struct error *matching_read_options(
	struct matching *matching, int count, char **arguments)
{
	const struct command_option table[] = {
		{"output", 'o', .text = &matching->output},
		{"module", .list = &matching->modules},
		{"source", .text = &matching->source_path},
		{"quiet", 'q', .flag = &matching->is_quiet},
		{0},
	};
	const struct command_line line = {
		"ksplice-match", help, table, "kernel tree", 1, 1};
	char **operands;
	try(command_line_read(&line, count, arguments, &operands));
	matching->tree_path = operands ? operands[0] : NULL;
	return operands ? update_package_check_output(matching->output) : NULL;
}

int main(int count, char **arguments)
{
	struct matching matching = {.output = "."};
	message_init("ksplice-match", false);
	struct error *error = matching_read_options(&matching, count, arguments);
	if (error || !matching.tree_path) {
		free(matching.modules.items);
		return message_exit(message_end(error));
	}
	message_init("ksplice-match", matching.is_quiet);
	process_catch_signals();
	error = matching_run(&matching);
	struct error *leftover = matching_clean(&matching);
	if (!error && matching.archive)
		printf("%s\n", matching.archive);
	free(matching.archive);
	int code = message_end(error);
	if (leftover)
		code = message_end(leftover);
	return message_exit(code);
}
