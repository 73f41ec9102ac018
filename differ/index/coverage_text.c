// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/coverage_text.h"

#include <inttypes.h>

#include "differ/index/index_coverage.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Lists of at most that many lines are always shown. */
enum { lines_unasked = 20 };

static const struct coverage_word {
	const char *key;
	const char *text;
} coverage_words[COVERAGE_KINDS] = {
	[COVERAGE_FUNCTION] = {"functions", "C functions"},
	[COVERAGE_PART] = {"parts", "their parts (.cold)"},
	[COVERAGE_ALIAS] = {"aliases", "their aliases"},
	[COVERAGE_INLINE_ASSEMBLER] = {"inline_assembler", "asm statements in C"},
	[COVERAGE_ASSEMBLER] = {"assembler", "assembler sources"},
};

/* In hundredths, rounded down: 100.00 is all of them. */
static int64_t coverage_find_percent(const struct coverage_count *count)
{
	return count->all ? count->known * 10000 / count->all : 10000;
}

static void counts_add_text(const struct coverage_count *counts, struct text *text)
{
	for (size_t i = 0; i < COVERAGE_KINDS; i++) {
		int64_t percent = coverage_find_percent(&counts[i]);
		if (counts[i].all || i == COVERAGE_FUNCTION)
			text_add_format(text,
				"  %-20s %6" PRId64 " of %6" PRId64 " = %" PRId64
				".%02" PRId64 " %%\n",
				coverage_words[i].text, counts[i].known, counts[i].all,
				percent / 100, percent % 100);
	}
}

static bool list_is_short(
	size_t count, bool is_verbose, const char *what, struct text *text)
{
	if (is_verbose || count <= lines_unasked)
		return true;
	text_add_format(text, "%s: %zu, --verbose lists them\n", what, count);
	return false;
}

static void objects_add_text(const struct coverage_objects *objects, bool is_verbose,
	const char *what, struct text *text)
{
	if (!list_is_short(objects->count, is_verbose, what, text))
		return;
	array_foreach (object, objects)
		text_add_format(
			text, "%s: %s: %s\n", what, object->object, object->reason);
}

static void holes_add_text(
	const struct index_coverage *coverage, bool is_verbose, struct text *text)
{
	if (!list_is_short(coverage->holes.count, is_verbose, "not known", text))
		return;
	array_foreach (hole, &coverage->holes)
		text_add_format(text, "not known: %s: %s%s%s%s: %s\n", hole->target,
			hole->symbol, hole->object ? " (" : "",
			hole->object ? hole->object : "", hole->object ? ")" : "",
			hole->reason);
}

void coverage_add_text(
	const struct index_coverage *coverage, bool is_verbose, struct text *text)
{
	text_add_format(text,
		"objects linked into the kernel and its modules: %" PRId64 "\n"
		"  recorded:         %" PRId64 "\n"
		"  assembler source: %" PRId64 "\n"
		"  excluded by rule: %zu\n"
		"  unrecorded:       %zu\n",
		coverage->objects, coverage->recorded, coverage->assembly,
		coverage->excluded.count, coverage->unrecorded.count);
	text_add_format(text,
		"sections of vmlinux's objects: %" PRId64 ", place proven: %" PRId64 "\n"
		"  of these with code:          %" PRId64 ", place proven: %" PRId64 "\n",
		coverage->sections.all, coverage->sections.known,
		coverage->code_sections.all, coverage->code_sections.known);
	text_add(text,
		"functions in vmlinux whose object, source, hash and address are known:\n");
	counts_add_text(coverage->vmlinux, text);
	text_add(text, "functions in modules, known in the same way:\n");
	counts_add_text(coverage->modules, text);
	objects_add_text(&coverage->excluded, is_verbose, "excluded", text);
	objects_add_text(&coverage->unrecorded, is_verbose, "unrecorded", text);
	holes_add_text(coverage, is_verbose, text);
	if (!is_verbose)
		return;
	array_foreach (section, &coverage->unproven)
		text_add_format(text, "unproven: %s: %s (%" PRId64 " bytes)\n",
			section->object, section->section, section->size);
}

static struct json_t *counts_describe(const struct coverage_count *counts)
{
	struct json_t *json = json_make_object();
	for (size_t i = 0; i < COVERAGE_KINDS; i++) {
		scope_free char *known = memory_format("%s_known", coverage_words[i].key);
		json_put_number(json, coverage_words[i].key, counts[i].all);
		json_put_number(json, known, counts[i].known);
	}
	json_put_real(json, "functions_percent",
		(double)coverage_find_percent(&counts[COVERAGE_FUNCTION]) / 100);
	return json;
}

static struct json_t *objects_describe(const struct coverage_objects *objects)
{
	struct json_t *json = json_make_array();
	array_foreach (object, objects) {
		struct json_t *item = json_make_object();
		json_put_text(item, "object", object->object);
		json_put_text(item, "reason", object->reason);
		json_append(json, item);
	}
	return json;
}

static struct json_t *holes_describe(const struct index_coverage *coverage)
{
	struct json_t *json = json_make_array();
	array_foreach (hole, &coverage->holes) {
		struct json_t *item = json_make_object();
		scope_free char *address = memory_format("0x%" PRIx64, hole->address);
		json_put_text(item, "target", hole->target);
		json_put_text(item, "symbol", hole->symbol);
		json_put_text(item, "address", address);
		json_put_text(item, "object", hole->object);
		json_put_text(item, "reason", hole->reason);
		json_append(json, item);
	}
	return json;
}

static struct json_t *sections_describe(const struct index_coverage *coverage)
{
	struct json_t *json = json_make_array();
	array_foreach (section, &coverage->unproven) {
		struct json_t *item = json_make_object();
		json_put_text(item, "object", section->object);
		json_put_text(item, "section", section->section);
		json_put_number(item, "size", section->size);
		json_append(json, item);
	}
	return json;
}

struct json_t *coverage_describe(const struct index_coverage *coverage)
{
	const struct {
		const char *key;
		int64_t number;
	} numbers[] = {
		{"objects", coverage->objects},
		{"recorded", coverage->recorded},
		{"unrecorded", (int64_t)coverage->unrecorded.count},
		{"excluded", (int64_t)coverage->excluded.count},
		{"assembly", coverage->assembly},
		{"sections", coverage->sections.all},
		{"sections_proven", coverage->sections.known},
		{"code_sections", coverage->code_sections.all},
		{"code_sections_proven", coverage->code_sections.known},
	};
	struct json_t *json = json_make_object();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_put_number(json, numbers[i].key, numbers[i].number);
	json_put(json, "vmlinux", counts_describe(coverage->vmlinux));
	json_put(json, "modules", counts_describe(coverage->modules));
	json_put(json, "excluded_objects", objects_describe(&coverage->excluded));
	json_put(json, "unrecorded_objects", objects_describe(&coverage->unrecorded));
	json_put(json, "unknown_functions", holes_describe(coverage));
	json_put(json, "unproven_sections", sections_describe(coverage));
	return json;
}
