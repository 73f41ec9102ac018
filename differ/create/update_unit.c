// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "differ/create/boot_memory.h"
#include "differ/create/compile_message.h"
#include "differ/create/patch_file.h"
#include "differ/create/series_apply.h"
#include "differ/create/shadow.h"
#include "differ/create/update_target.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/object_equality.h"
#include "differ/index/placement.h"
#include "differ/piece/compare.h"
#include "differ/piece/piece.h"
#include "differ/tree/compile.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/record_difference.h"
#include "differ/tree/record_relocation.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/file_stamp.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/name_map.h"
#include "lib/text.h"

/* An input that is no longer what it was when the kernel was built; NULL if all are. The
 * caller frees it. */
static char *unit_find_modified_input(
	const struct update_source *source, const struct update_unit *unit)
{
	size_t count = json_count_items(unit->record.inputs);
	for (size_t i = 0; i < count; i++) {
		scope_free char *path = file_normalize(
			unit->record.folder, json_find_item_text(unit->record.inputs, i));
		scope_free char *related = kernel_tree_relate_path(source->tree, path);
		scope_free char *known = index_find_digest(source->index, related);
		scope_text struct text text = {0};
		scope_error struct error *error = file_read(path, &text);
		struct stat status;
		if (error || stat(path, &status))
			return take_pointer(path);
		scope_free char *digest = digest_to_text(digest_of(text.data, text.size));
		bool is_newer = (int64_t)file_stamp_to_nanoseconds(&status.st_mtim) >
				unit->record.started;
		/* A copy's time says nothing. */
		bool is_doubtful =
			!known && is_newer && !kernel_tree_is_moved(source->tree);
		if ((known && strcmp(known, digest) != 0) || is_doubtful)
			return take_pointer(path);
	}
	return NULL;
}

/* Trees that were moved may be those of another kernel; that is said before anything is
 * patched or compiled. */
static struct error *unit_check_inputs(
	const struct update_source *source, const struct update_unit *unit)
{
	scope_free char *modified = unit_find_modified_input(source, unit);
	if (!modified)
		return NULL;
	return error_hint(
		error_refused("other-source", "%s: %s: %s", unit->object, modified,
			file_exists(modified)
				? "is not the file that the kernel was built from"
				: "was read by the build and no longer exists"),
		"%s must be the source of this very kernel, Linux %s",
		source->tree->source, source->tree->release);
}

/* Makes what the build named easy to find. */
static void unit_number_names(struct update_unit *unit)
{
	int64_t known;
	size_t count = json_count_items(unit->record.variables);
	for (size_t i = 0; i < count; i++) {
		const char *identity =
			json_find_text(json_find_item(unit->record.variables, i), "id");
		if (identity)
			name_map_set(&unit->built_variables, identity, (int64_t)i);
	}
	for (size_t i = 1; i < unit->original->symbol_count; i++) {
		const struct elf_symbol *symbol = &unit->original->symbols[i];
		if (symbol->section == SHN_UNDEF || symbol->type == STT_FILE ||
			symbol->type == STT_SECTION)
			continue;
		bool is_known =
			name_map_find(&unit->original_symbols, symbol->name, &known);
		name_map_set(&unit->original_symbols, symbol->name,
			is_known ? -1 : (int64_t)i);
	}
}

struct error *update_unit_open(const struct update_source *source,
	const struct index_unit *index_unit, struct update_target *target,
	struct update_unit *unit)
{
	scope_free char *record = memory_format("%s/%s/%s%s", source->tree->objects,
		KSPLICE_RECORD_DIR, index_unit->object, KSPLICE_RECORD_SUFFIX);
	scope_free char *original = file_join(source->tree->objects, index_unit->object);
	unit->index_unit = index_unit;
	unit->target = target;
	unit->object = index_unit->object;
	try(record_read(record, &unit->record));
	if (unit->record.unrecorded)
		return error_hint(error_refused("unrecorded", "%s: %s", unit->object,
					  unit->record.unrecorded),
			"remove the object and build it again with CC=ksplice-cc");
	record_relocate(source->tree, &unit->record);
	if (kernel_tree_is_moved(source->tree))
		try(unit_check_inputs(source, unit));
	try(compile_check_compiler(&unit->record));
	try(elf_object_open(original, ELF_RELOCS_READ, &unit->original));
	unit_number_names(unit);
	return index_read_places(
		source->index, index_unit, unit->original, target->module, &unit->places);
}

/* What ksplice-create is told of lines is about marked sources, and old lines. So where
 * the compiler has something to say of post, it is asked again about what the author
 * wrote. Gives the error of that compile, if it fails. */
static struct error *unit_compile_applied(const struct update_source *source,
	const struct update_unit *unit, struct text *messages)
{
	scope_free char *object =
		memory_format("%s/applied/%s", source->work, unit->object);
	scope_free char *part = memory_format("%s.json", object);
	scope_free char *log = memory_format("%s.log", object);
	scope_free char *list = shadow_find_list(source->shadow, SHADOW_APPLIED);
	struct compile_job job = {.record = &unit->record,
		.object = object,
		.unit = part,
		.shadow = list,
		.log = log,
		.messages = messages};
	scope_error struct error *error =
		compile_run(source->tree, unit->object, &job, 1);
	if (!error || !job.status)
		return take_pointer(error);
	scope_free char *text = compile_message_shorten(
		source->tree, &unit->record, messages->data ? messages->data : "");
	return error_failed("%s: the patched source does not compile (exit code %d):\n%s",
		unit->object, job.status, text);
}

/* Takes what came of the compile of post, and what the compiler said. */
static struct error *unit_hear_compiler(const struct update_source *source,
	struct update_unit *unit, const struct text *before, const struct text *after)
{
	scope_text struct text applied = {0};
	try(unit_compile_applied(source, unit, &applied));
	scope_free char *old = compile_message_shorten(
		source->tree, &unit->record, before->data ? before->data : "");
	scope_free char *new = compile_message_shorten(source->tree, &unit->record,
		applied.size  ? applied.data
		: after->data ? after->data
			      : "");
	unit->warnings = json_make_array();
	compile_message_find_new(old, new, unit->warnings);
	return NULL;
}

void update_unit_hear(const struct update_unit *unit, struct json_t *warnings)
{
	for (size_t i = 0; i < json_count_items(unit->warnings); i++) {
		const char *warning = json_find_item_text(unit->warnings, i);
		size_t known = 0;
		while (known < json_count_items(warnings) &&
			strcmp(json_find_item_text(warnings, known), warning) != 0)
			known++;
		if (known == json_count_items(warnings))
			json_append_text(warnings, warning);
	}
}

struct error *update_unit_compile(
	const struct update_source *source, struct update_unit *unit)
{
	scope_free char *pre = memory_format("%s/pre/%s", source->work, unit->object);
	scope_free char *post = memory_format("%s/post/%s", source->work, unit->object);
	scope_free char *pre_unit = memory_format("%s.json", pre);
	scope_free char *post_unit = memory_format("%s.json", post);
	scope_free char *log = memory_format("%s.log", post);
	scope_free char *list = shadow_find_list(source->shadow, SHADOW_MARKED);
	scope_text struct text before = {0};
	scope_text struct text after = {0};
	struct compile_job jobs[] = {
		{
			.record = &unit->record,
			.object = pre,
			.unit = pre_unit,
			.messages = &before,
		},
		{
			.record = &unit->record,
			.object = post,
			.unit = post_unit,
			.shadow = list,
			.log = log,
			.messages = &after,
		},
	};
	scope_error struct error *error =
		compile_run(source->tree, unit->object, jobs, 2);
	bool is_heard =
		jobs[1].status || compile_message_find_new(before.data ? before.data : "",
					  after.data ? after.data : "", NULL);
	if (is_heard && !jobs[0].status)
		try(unit_hear_compiler(source, unit, &before, &after));
	if (error)
		return take_pointer(error);
	try(record_read_unit(pre_unit, &unit->pre_unit));
	try(record_read_unit(post_unit, &unit->post_unit));
	try(shadow_check(
		source->tree, source->files, &unit->record, &unit->post_unit, log));
	try(elf_object_open(pre, ELF_RELOCS_READ, &unit->pre));
	return elf_object_open(post, ELF_RELOCS_READ, &unit->post);
}

static struct error *unit_report_drift(const struct update_source *source,
	const struct update_unit *unit, const char *function, const char *what)
{
	scope_free char *modified = unit_find_modified_input(source, unit);
	struct error *error = error_refused("not-reproduced",
		"%s: %s: compiled again without the patch, it %s", unit->object, function,
		what);
	if (modified)
		return error_hint(error,
			"%s was modified after the kernel was built: restore it, or "
			"build again",
			modified);
	return error_hint(error,
		"the compiler, the assembler or a header has changed since the build, or a "
		"compiler cache in front of ksplice-cc left an old record: build the "
		"object again, or run ksplice-index --record=%s",
		unit->object);
}

struct error *update_unit_prove(
	const struct update_source *source, const struct update_unit *unit)
{
	if (unit->record.plugin != unit->pre_unit.plugin)
		return error_hint(
			error_refused("other-recorder",
				"%s: was recorded by version %" PRId64
				" of the plugin, but this plugin is version %" PRId64,
				unit->object, unit->record.plugin, unit->pre_unit.plugin),
			"use the Ksplice tools that built this tree");
	struct record_difference difference;
	if (record_find_difference(
		    &unit->record, &unit->pre_unit, RECORD_NAMED, &difference))
		return unit_report_drift(source, unit, difference.name, difference.what);
	return NULL;
}

struct error *update_unit_prove_object(
	const struct update_source *source, const struct update_unit *unit)
{
	scope_free char *path = memory_format("%s/built/%s", source->work, unit->object);
	scope_free char *part = memory_format("%s.json", path);
	scope_elf_object struct elf_object *again = NULL;
	struct compile_job job = {
		.record = &unit->record, .object = path, .unit = part, .is_built = true};
	uint64_t offset;
	try(compile_run(source->tree, unit->object, &job, 1));
	try(elf_object_open(path, ELF_RELOCS_READ, &again));
	const struct elf_section *section =
		object_find_difference(unit->original, again, &offset);
	if (!section)
		return NULL;
	return error_hint(
		error_refused("not-in-vmlinux",
			"%s: %s+0x%" PRIx64 ": compiled again without the "
			"patch, it differs from what was linked into %s",
			unit->object, section->name, offset, unit->target->row.name),
		"the object was not made as its record says: build it again with "
		"CC=ksplice-cc");
}

static bool path_ends_with(const char *path, const char *end)
{
	size_t path_size = strlen(path);
	size_t end_size = strlen(end);
	if (path_size < end_size || strcmp(path + path_size - end_size, end) != 0)
		return false;
	return path_size == end_size || path[path_size - end_size - 1] == '/';
}

/* The lines that a hunk without context brings count on from where it stands. */
static bool entry_has_line(const struct patch_entry *entry, int64_t line)
{
	for (size_t i = 0; i < entry->hunk_count; i++) {
		const struct patch_hunk *hunk = &entry->hunks[i];
		int64_t first = (int64_t)hunk->old_line + !hunk->old_count;
		if (line >= first && line < first + (int64_t)hunk->new_count)
			return true;
	}
	return false;
}

static void unit_note_hunks(
	struct update_unit *unit, const char *path, const struct patch_entry *entry)
{
	for (size_t i = 0; i < unit->post_pieces->count; i++) {
		struct piece *piece = &unit->post_pieces->pieces[i];
		const char *file = json_find_text(piece->recorded, "file");
		if (file && path_ends_with(file, path))
			piece->is_in_hunk |= entry_has_line(
				entry, json_find_number(piece->recorded, "line", 0));
	}
}

static struct error *unit_note_patch(
	const struct update_source *source, struct update_unit *unit)
{
	for (size_t i = 0; i < source->files->count; i++) {
		const struct patched_file *file = &source->files->items[i];
		scope_patch_file struct patch_file difference = {0};
		if (file->is_binary)
			continue;
		try(shadow_compare(source->tree, file, source->shadow, &difference));
		if (difference.count)
			unit_note_hunks(unit, file->path, &difference.entries[0]);
	}
	return NULL;
}

struct error *update_unit_compare(
	const struct update_source *source, struct update_unit *unit)
{
	try(piece_set_create(
		unit->pre, source->layout, &unit->pre_unit, &unit->pre_pieces));
	try(piece_set_create(
		unit->post, source->layout, &unit->post_unit, &unit->post_pieces));
	boot_memory_settle(unit);
	try(unit_note_patch(source, unit));
	compare_pieces(unit->pre_pieces, unit->post_pieces);
	return NULL;
}

void update_unit_deinit(struct update_unit *unit)
{
	piece_set_free(unit->pre_pieces);
	piece_set_free(unit->post_pieces);
	elf_object_close(unit->pre);
	elf_object_close(unit->post);
	elf_object_close(unit->original);
	free(unit->places);
	json_release(unit->warnings);
	name_map_deinit(&unit->built_variables);
	name_map_deinit(&unit->original_symbols);
	record_deinit(&unit->pre_unit);
	record_deinit(&unit->post_unit);
	record_deinit(&unit->record);
	*unit = (struct update_unit){0};
}
