// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "abi/update.h"
#include "abi/version.h"
#include "differ/create/closure.h"
#include "differ/create/update_match.h"
#include "differ/create/update_object.h"
#include "differ/create/update_unit.h"
#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/compare.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static const int manifest_format = 1;

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

static struct json_t *manifest_functions(const struct update_content *content)
{
	struct json_t *functions = json_make_array();
	for (size_t i = 0; i < content->unit_count; i++) {
		const struct update_unit *unit = &content->units[i];
		for (size_t k = 0; unit->has_change && k < unit->post_pieces->count;
			k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (piece->role != SECTION_CODE || !piece->travels ||
				piece->owner)
				continue;
			struct json_t *function = json_make_object();
			json_put_text(function, "name", piece->symbol->name);
			json_put_flag(function, "new", !closure_is_replacement(piece));
			json_put_text(function, "object", unit->object);
			json_put_number(function, "size", (int64_t)piece->size);
			json_append(functions, function);
		}
	}
	return functions;
}

struct json_t *update_manifest_make(const struct update_content *content,
	const char *patch, const char *module, const char *escape)
{
	const struct kernel_image *image = content->image;
	struct json_t *target = json_make_object();
	scope_free char *build_id =
		text_from_bytes(image->build_id, image->build_id_size);
	json_put_text(target, "name", KSPLICE_TARGET_VMLINUX);
	json_put_text(target, "build_id", build_id);
	json_put_text(target, "module", module);
	json_put(target, "functions", manifest_functions(content));
	struct json_t *targets = json_make_array();
	json_append(targets, target);

	struct json_t *kernel = json_make_object();
	json_put_text(kernel, "release", content->tree->release);

	scope_free char *created = manifest_time();
	struct json_t *manifest = json_make_object();
	json_put_number(manifest, "format", manifest_format);
	json_put_number(manifest, "abi", KSPLICE_ABI_VERSION);
	json_put_text(manifest, "id", content->id);
	json_put_text(manifest, "tool", KSPLICE_VERSION);
	json_put_text(manifest, "created", created);
	json_put(manifest, "kernel", kernel);
	json_put_text(manifest, "patch", patch);
	json_put_flag(manifest, "reversible", !content->is_irreversible);
	json_put_text(manifest, "irreversible_because", escape);
	json_put(manifest, "targets", targets);
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
		closure_is_replacement(piece) ? "replaced" : "new", piece->symbol->name,
		piece->size);
	if (!piece->twin)
		return;
	if (compare_find_difference(
		    unit->pre_pieces, unit->post_pieces, piece, &offset)) {
		report_instruction(report, "before", piece->twin, offset);
		report_instruction(report, "after ", piece, offset);
	} else {
		text_add(report,
			"    its code is the same; a table entry or constant of it, or "
			"another part of the function, differs\n");
	}
}

void update_report_make(const struct update_content *content, struct text *report)
{
	text_add_format(
		report, "Update %s for Linux %s\n", content->id, content->tree->release);
	for (size_t i = 0; i < content->unit_count; i++) {
		const struct update_unit *unit = &content->units[i];
		text_add_format(report, "\n%s%s\n", unit->object,
			unit->has_change ? "" : ": no change");
		for (size_t k = 0; unit->has_change && k < unit->post_pieces->count;
			k++) {
			const struct piece *piece = &unit->post_pieces->pieces[k];
			if (piece->role == SECTION_CODE && piece->travels &&
				!piece->owner)
				report_function(report, unit, piece);
			else if (piece->role == SECTION_DATA && piece->travels &&
				 piece->symbol)
				text_add_format(report,
					"  data: %s (%" PRIu64 " bytes)\n",
					piece->symbol->name, piece->size);
		}
	}
}
