// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "abi/update.h"
#include "abi/version.h"
#include "differ/create/finding.h"
#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "differ/create/patch_source.h"
#include "differ/create/update_hook.h"
#include "differ/create/update_model.h"
#include "differ/create/update_object.h"
#include "differ/create/update_parts.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/compare.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static const int manifest_format = 2;

/* Seconds since the epoch; SOURCE_DATE_EPOCH makes archives reproducible. */
static char *manifest_time(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch && *epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm split;
	char text[32];
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &split));
	return memory_copy_text(text);
}

/* The travelling pieces of a part that the test picks. */
static struct json_t *manifest_pieces(const struct update *update,
	const struct update_part *part, bool (*is_wanted)(const struct piece *piece),
	bool has_new)
{
	struct json_t *array = json_make_array();
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		if (!unit->has_change || unit->target != part->target)
			continue;
		for (size_t k = 0; k < unit->post_pieces->count; k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (!piece->travels || !is_wanted(piece))
				continue;
			struct json_t *item = json_make_object();
			json_put_text(item, "name", piece->symbol->name);
			if (has_new)
				json_put_flag(item, "new", !update_is_replacement(piece));
			json_put_text(item, "object", unit->object);
			json_put_number(item, "size", (int64_t)piece->size);
			json_append(array, item);
		}
	}
	return array;
}

static bool piece_is_constant_in_place(const struct piece *piece)
{
	return piece->in_place;
}

/* What a kind of finding says: object and name of each. */
static struct json_t *manifest_findings(
	const struct update *update, enum finding_kind kind)
{
	struct json_t *array = json_make_array();
	for (size_t i = 0; i < update->findings.count; i++) {
		const struct finding *finding = &update->findings.items[i];
		if (finding->kind != kind)
			continue;
		struct json_t *item = json_make_object();
		json_put_text(item, "object", finding->object);
		json_put_text(item, "name", finding->name);
		json_append(array, item);
	}
	return array;
}

/* The hooks of a part; of all parts where that is NULL. */
static struct json_t *manifest_hooks(
	const struct update *update, const struct update_part *part)
{
	struct json_t *array = json_make_array();
	array_foreach (hook, &update->hooks) {
		if (part && hook->unit->target != part->target)
			continue;
		struct json_t *item = json_make_object();
		json_put_text(item, "kind", update_hook_kind_name(hook->kind));
		json_put_text(item, "name", hook->function->symbol->name);
		json_put_text(item, "object", hook->unit->object);
		json_append(array, item);
	}
	return array;
}

static struct json_t *manifest_part(
	const struct update *update, const struct update_part *part)
{
	const struct ksplice_target *row = &part->target->row;
	struct json_t *target = json_make_object();
	scope_free char *build_id = text_from_bytes(row->build_id, row->build_id_size);
	json_put_text(target, "name", row->name);
	json_put_text(target, "kind", part->target->module ? "module" : "image");
	json_put_text(target, "build_id", build_id);
	json_put_text(target, "module", part->file_name);
	json_put_text(target, "loaded_as", part->module_name);
	json_put(target, "functions",
		manifest_pieces(update, part, update_is_function, true));
	json_put(target, "constants",
		manifest_pieces(update, part, piece_is_constant_in_place, false));
	json_put(target, "hooks", manifest_hooks(update, part));
	return target;
}

struct json_t *update_manifest_list_targets(const struct update *update)
{
	struct json_t *targets = json_make_array();
	for (size_t i = 0; i < update->part_count; i++)
		json_append(targets, manifest_part(update, &update->parts[i]));
	return targets;
}

struct json_t *update_manifest_list_hooks(const struct update *update)
{
	return manifest_hooks(update, NULL);
}

struct json_t *update_manifest_list_without_effect(const struct update *update)
{
	return manifest_findings(update, FINDING_WITHOUT_EFFECT);
}

struct json_t *update_manifest_make(
	const struct update_content *content, const char *patch)
{
	const struct update *update = content->update;
	const struct finding *escape =
		finding_find(&update->findings, FINDING_IRREVERSIBLE);
	struct json_t *kernel = json_make_object();
	json_put_text(kernel, "release", update->targets->tree->release);

	scope_free char *created = manifest_time();
	struct json_t *manifest = json_make_object();
	json_put_number(manifest, "format", manifest_format);
	json_put_number(manifest, "abi", KSPLICE_ABI_VERSION);
	json_put_text(manifest, "id", content->id);
	json_put_text(manifest, "tool", KSPLICE_VERSION);
	json_put_text(manifest, "created", created);
	json_put(manifest, "kernel", kernel);
	json_put_text(manifest, "patch", patch);
	if (content->patches)
		json_put(manifest, "patches", patch_sources_describe(content->patches));
	json_put_text(manifest, "description", content->description);
	json_put_flag(manifest, "reversible", !escape);
	json_put_text(manifest, "irreversible_because", escape ? escape->name : NULL);
	json_put(manifest, "targets", update_manifest_list_targets(update));
	json_put(manifest, "without_effect", update_manifest_list_without_effect(update));
	json_put(manifest, "old_hooks", manifest_findings(update, FINDING_OLD_HOOK));
	json_put(manifest, "allowed_layouts",
		manifest_findings(update, FINDING_ALLOWED_LAYOUT));
	return manifest;
}

static void report_instruction(struct text *report, const char *label,
	const struct piece *piece, uint64_t offset)
{
	if (offset >= piece->size) {
		text_add_format(
			report, "    %s  (ends at +0x%" PRIx64 ")\n", label, piece->size);
		return;
	}
	uint64_t start;
	scope_free char *instruction = disassembly_show(
		piece->section->data + piece->offset, piece->size, offset, &start);
	text_add_format(
		report, "    %s  +0x%-6" PRIx64 " %s\n", label, start, instruction);
}

static void report_function(
	struct text *report, const struct update_unit *unit, const struct piece *piece)
{
	uint64_t offset;
	text_add_format(report, "  %s: %s (%" PRIu64 " bytes)\n",
		update_is_replacement(piece) ? "replaced" : "new", piece->symbol->name,
		piece->size);
	if (!piece->twin)
		return;
	if (compare_find_difference(
		    unit->pre_pieces, unit->post_pieces, piece, &offset)) {
		report_instruction(report, "before", piece->twin, offset);
		report_instruction(report, "after ", piece, offset);
	} else {
		text_add(report,
			"    its code is the same; one of its table entries, constants or "
			"other parts differs\n");
	}
}

/* What is not to be seen from the code: everything but what is changed and new. */
static void report_findings(struct text *report, const struct finding_list *findings)
{
	bool has_title = false;
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];
		if (finding->kind == FINDING_CHANGED_FUNCTION ||
			finding->kind == FINDING_NEW_FUNCTION)
			continue;
		if (!has_title)
			text_add(report, "\nFindings\n");
		has_title = true;
		scope_free char *line = finding_describe(finding);
		text_add_format(report, "  %s (%s)\n", line, finding->reason);
	}
}

static void report_patches(struct text *report, const struct patch_list *patches)
{
	text_add(report, "\nPatches\n");
	array_foreach (patch, patches) {
		text_add_format(report, "  %s%s%s", file_name(patch->name),
			patch->title ? ": " : "", patch->title ? patch->title : "");
		for (size_t i = 0; i < patch->cve_count; i++)
			text_add_format(report, "%s%s", i ? ", " : " (", patch->cves[i]);
		text_add(report, patch->cve_count ? ")\n" : "\n");
	}
}

void update_report_make(const struct update_content *content, struct text *report)
{
	const struct update *update = content->update;
	text_add_format(report, "Update %s for Linux %s\n", content->id,
		update->targets->tree->release);
	if (content->description)
		text_add_format(report, "%s\n", content->description);
	if (content->patches)
		report_patches(report, content->patches);
	for (size_t i = 0; i < update->unit_count; i++) {
		const struct update_unit *unit = &update->units[i];
		text_add_format(report, "\n%s%s%s%s\n", unit->object,
			unit->target->module ? " of module " : "",
			unit->target->module ? unit->target->row.name : "",
			unit->has_change ? "" : ": no change");
		for (size_t k = 0; unit->has_change && k < unit->post_pieces->count;
			k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (!piece->travels)
				continue;
			if (update_is_function(piece))
				report_function(report, unit, piece);
			else if (piece->role == SECTION_DATA && piece->symbol)
				text_add_format(report, "  %s: %s (%" PRIu64 " bytes)\n",
					piece->in_place ? "changed in place" : "data",
					piece->symbol->name, piece->size);
		}
	}
	report_findings(report, &update->findings);
}
