// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hash_verdict.c - holds the plugin's hashes against the objects' own bytes
 *
 *     hash_verdict LAYOUT.o PRE POST
 *     hash_verdict --list RECORD...
 *
 * For each function and each variable that both records have: the hashes are equal if
 * and only if the pieces of the two objects are, as differ/piece/compare.c compares them:
 * bytes, relocations by what they lead to, the cold part, and the entries of tables about
 * them. Of the records that comparison reads one thing alone, the ids that tell static
 * locals apart; a hash never. Both say of the same functions that they are there.
 *
 * stdout is one line "functions SAME CHANGED variables SAME CHANGED" and a line for each
 * disagreement. LAYOUT.o is kmod/template/kernel_layout.c, compiled for that kernel.
 * --list prints what scripts ask of records: "unrecorded REASON", "inlined NAME", "input
 * PATH" and "argument TEXT".
 * Exit code: 0 they agree, 1 error, 2 they do not.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "abi/record.h"
#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/compare.h"
#include "differ/piece/piece.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/message.h"
#include "lib/name_map.h"
#include "lib/text.h"
#include "tests/recorder/bound_code.h"

enum verdict_side { VERDICT_PRE, VERDICT_POST, VERDICT_SIDES };

struct verdict {
	struct elf_object *objects[VERDICT_SIDES];
	struct record records[VERDICT_SIDES];
	struct piece_set *sets[VERDICT_SIDES];
	struct name_map pieces[VERDICT_SIDES]; /* symbol's name → number of its piece */
	struct name_map compiled[VERDICT_SIDES]; /* names in the .su */
	size_t disagreements;
};

struct verdict_kind {
	const char *name;
	const char *key; /* by which items of the two records correspond */
	const struct json_t *arrays[VERDICT_SIDES];
	size_t same;
	size_t changed;
};

static struct error *verdict_read_layout(const char *path, struct kernel_layout *layout)
{
	scope_elf_object struct elf_object *object = NULL;
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	const struct elf_section *section =
		elf_object_find_section(object, KERNEL_LAYOUT_SECTION);
	if (!section || section->size != sizeof(*layout) || !section->data)
		return error_failed("%s: has no kernel layout of this version", path);
	memcpy(layout, section->data, sizeof(*layout));
	return NULL;
}

/* Its lines read "file:line:column:name<tab>…". */
static struct error *verdict_read_compiled(const char *path, struct name_map *names)
{
	scope_text struct text text = {0};
	try(file_read(path, &text));
	for (char *line = text.size ? strtok(text.data, "\n") : NULL; line;
		line = strtok(NULL, "\n")) {
		line[strcspn(line, "\t")] = '\0';
		const char *colon = strrchr(line, ':');
		if (colon)
			name_map_set(names, colon + 1, 1);
	}
	return NULL;
}

static struct error *verdict_open(struct verdict *verdict, enum verdict_side side,
	const struct kernel_layout *layout, const char *path)
{
	scope_free char *object = memory_format("%s.o", path);
	scope_free char *record = memory_format("%s.record", path);
	scope_free char *stack = memory_format("%s.su", path);
	struct record *read = &verdict->records[side];
	try(elf_object_open(object, ELF_RELOCS_READ, &verdict->objects[side]));
	try(record_read(record, read));
	if (read->unrecorded)
		return error_failed("%s: unrecorded: %s", record, read->unrecorded);
	try(verdict_read_compiled(stack, &verdict->compiled[side]));
	try(piece_set_create(verdict->objects[side], layout, read, &verdict->sets[side]));
	/* A symbol at the start of a piece names it, also where another one does. */
	const struct elf_object *opened = verdict->objects[side];
	for (size_t i = 1; i < opened->symbol_count; i++) {
		const struct elf_symbol *symbol = &opened->symbols[i];
		const struct elf_section *section =
			elf_object_symbol_section(opened, symbol);
		if (!section || symbol->type == STT_SECTION)
			continue;
		const struct piece *piece =
			piece_set_find(verdict->sets[side], section, symbol->value);
		if (piece && piece->offset == symbol->value)
			name_map_set(&verdict->pieces[side], symbol->name,
				piece - verdict->sets[side]->pieces);
	}
	return NULL;
}

static struct piece *verdict_find_piece(
	const struct verdict *verdict, enum verdict_side side, const char *name)
{
	int64_t number;
	bool is_found = name && name_map_find(&verdict->pieces[side], name, &number);
	return is_found ? &verdict->sets[side]->pieces[number] : NULL;
}

/* .discard and the like: not loaded, and no piece of an update. */
static bool is_ignored_section(const char *name)
{
	const struct kernel_section *special = kernel_section_find(name);
	return special && special->role == SECTION_IGNORED;
}

/* An entry of a table about the piece of post that is not as in pre; NULL if all are. */
static const struct piece *verdict_find_changed_entry(
	const struct verdict *verdict, const struct piece *piece)
{
	const struct piece_set *set = verdict->sets[VERDICT_POST];
	for (size_t i = 0; i < set->count; i++) {
		const struct piece *entry = &set->pieces[i];
		bool is_derived = entry->known && entry->known->is_derived;
		if (entry->owner == piece && entry->state != PIECE_SAME && !is_derived)
			return entry;
	}
	return NULL;
}

static void verdict_disagree(struct verdict *verdict, const char *kind, const char *name,
	const char *problem, const struct piece *piece)
{
	uint64_t offset;
	uint64_t start;
	printf("disagree: %s %s: %s", kind, name, problem);
	if (piece && piece->state == PIECE_CHANGED && piece->role == SECTION_CODE &&
		compare_find_difference(verdict->sets[VERDICT_PRE],
			verdict->sets[VERDICT_POST], piece, &offset)) {
		const struct piece *twin = piece->twin;
		scope_free char *before = disassembly_show(
			twin->section->data + twin->offset, twin->size, offset, &start);
		scope_free char *after =
			disassembly_show(piece->section->data + piece->offset,
				piece->size, offset, &start);
		printf(" at +0x%" PRIx64 ": %s | %s", offset, before, after);
	}
	const struct piece *entry =
		piece ? verdict_find_changed_entry(verdict, piece) : NULL;
	if (entry)
		printf(" by %s+0x%" PRIx64, entry->section->name, entry->offset);
	putchar('\n');
	verdict->disagreements++;
}

/* Is a changed function changed by more than where its section's other functions lie? */
static bool verdict_is_bound_equal(
	const struct verdict *verdict, const struct piece *pre, const struct piece *post)
{
	const struct piece_set *set = verdict->sets[VERDICT_POST];
	size_t first = set->first[post->section->index];
	bool is_shared = set->first[post->section->index + 1] - first > 1;
	if (post->role != SECTION_CODE || !is_shared || post->twin != pre)
		return false;
	if (verdict_find_changed_entry(verdict, post))
		return false;
	return bound_code_is_equal(verdict->sets[VERDICT_PRE], pre, set, post);
}

/* Both pieces are there and equal, or neither is there. */
static bool verdict_is_equal(const struct verdict *verdict, const char *before,
	const char *after, const struct piece **shown)
{
	const struct piece *pre = verdict_find_piece(verdict, VERDICT_PRE, before);
	const struct piece *post = verdict_find_piece(verdict, VERDICT_POST, after);
	if (!pre && !post)
		return true;
	if (!pre || !post)
		return false;
	bool is_equal = post->twin == pre && post->state == PIECE_SAME;
	if (!is_equal && verdict_is_bound_equal(verdict, pre, post))
		is_equal = true;
	if (!is_equal)
		*shown = post;
	return is_equal;
}

/* Variables of one name correspond by their line (correlate.h), which ksplice-create
 * keeps for what the patch did not touch. Here nothing keeps it, so that a change above
 * them leaves them without a counterpart. */
static bool verdict_lost_line(const struct verdict *verdict, const struct json_t *pre,
	const struct json_t *post)
{
	const char *id = json_find_text(post, "id");
	const struct piece *piece =
		verdict_find_piece(verdict, VERDICT_POST, json_find_text(post, "name"));
	return id && strchr(id, '#') && piece && !piece->twin &&
	       json_find_number(pre, "line", 0) != json_find_number(post, "line", 0);
}

static void verdict_judge(struct verdict *verdict, struct verdict_kind *kind,
	const struct json_t *pre, const struct json_t *post)
{
	const char *name = json_find_text(post, "name");
	const char *pre_name = json_find_text(pre, "name");
	const char *pre_hash = json_find_text(pre, "hash");
	const char *post_hash = json_find_text(post, "hash");
	const struct piece *shown = NULL;
	if (!pre_hash || !post_hash) {
		verdict_disagree(verdict, kind->name, name, "has no hash", NULL);
		return;
	}
	if (verdict_lost_line(verdict, pre, post))
		return;
	bool is_equal = verdict_is_equal(verdict, pre_name, name, &shown) &&
			verdict_is_equal(verdict, json_find_text(pre, "cold"),
				json_find_text(post, "cold"), &shown);
	bool is_hash_equal = strcmp(pre_hash, post_hash) == 0;
	if (is_equal && !is_hash_equal)
		verdict_disagree(verdict, kind->name, name,
			"the hashes differ, and the objects do not", NULL);
	if (!is_equal && is_hash_equal)
		verdict_disagree(verdict, kind->name, name,
			"the objects differ, and the hashes do not", shown);
	*(is_equal ? &kind->same : &kind->changed) += 1;
}

/* What a record lists is in its object; of what both list, the verdicts agree. */
static void verdict_judge_kind(struct verdict *verdict, struct verdict_kind *kind)
{
	scope_name_map struct name_map numbers = {0};
	for (enum verdict_side side = VERDICT_PRE; side < VERDICT_SIDES; side++) {
		size_t count = json_count_items(kind->arrays[side]);
		for (size_t i = 0; i < count; i++) {
			const struct json_t *item = json_find_item(kind->arrays[side], i);
			const char *key = json_find_text(item, kind->key);
			const char *name = json_find_text(item, "name");
			const char *section = json_find_text(item, "section");
			int64_t number;
			if (!key || !name || !section) {
				verdict_disagree(verdict, kind->name, name ? name : "?",
					"lacks a field", NULL);
				continue;
			}
			if (is_ignored_section(section))
				continue;
			if (strcmp(section, "COMMON") != 0 &&
				!verdict_find_piece(verdict, side, name))
				verdict_disagree(verdict, kind->name, name,
					"is recorded, and the object lacks it", NULL);
			if (text_has_suffix(key, KSPLICE_UNCORRELATED_SUFFIX))
				continue;
			if (side == VERDICT_PRE)
				name_map_set(&numbers, key, (int64_t)i);
			else if (name_map_find(&numbers, key, &number))
				verdict_judge(verdict, kind,
					json_find_item(kind->arrays[VERDICT_PRE],
						(size_t)number),
					item);
		}
	}
}

/* Functions of the object that GCC compiled and its record does not list. */
static void verdict_find_unlisted(struct verdict *verdict, enum verdict_side side)
{
	scope_name_map struct name_map listed = {0};
	const struct record *record = &verdict->records[side];
	size_t count = json_count_items(record->functions);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *item = json_find_item(record->functions, i);
		const char *names[] = {
			json_find_text(item, "name"), json_find_text(item, "cold")};
		for (size_t k = 0; k < 2; k++) {
			const struct piece *piece =
				verdict_find_piece(verdict, side, names[k]);
			if (piece && piece->symbol)
				name_map_set(&listed, piece->symbol->name, 1);
		}
	}
	const struct piece_set *set = verdict->sets[side];
	for (size_t i = 0; i < set->count; i++) {
		const struct piece *piece = &set->pieces[i];
		int64_t found;
		if (piece->role != SECTION_CODE || !piece->symbol ||
			piece->symbol->type != STT_FUNC ||
			name_map_find(&listed, piece->symbol->name, &found))
			continue;
		/* Clones are there under their origin's name. */
		const char *name = piece->symbol->name;
		scope_free char *origin = memory_copy_range(name, strcspn(name, "."));
		if (!name_map_find(&verdict->compiled[side], origin, &found))
			continue;
		verdict_disagree(verdict, "function", piece->symbol->name,
			"is in the object, and not recorded", NULL);
	}
}

static struct error *verdict_run(struct verdict *verdict, char **paths)
{
	struct kernel_layout layout;
	try(verdict_read_layout(paths[0], &layout));
	try(verdict_open(verdict, VERDICT_PRE, &layout, paths[1]));
	try(verdict_open(verdict, VERDICT_POST, &layout, paths[2]));
	compare_pieces(verdict->sets[VERDICT_PRE], verdict->sets[VERDICT_POST]);
	const struct record *records = verdict->records;
	struct verdict_kind kinds[] = {
		{"function", "name",
			{records[VERDICT_PRE].functions,
				records[VERDICT_POST].functions}},
		{"variable", "id",
			{records[VERDICT_PRE].variables,
				records[VERDICT_POST].variables}},
	};
	for (size_t i = 0; i < 2; i++)
		verdict_judge_kind(verdict, &kinds[i]);
	verdict_find_unlisted(verdict, VERDICT_PRE);
	verdict_find_unlisted(verdict, VERDICT_POST);
	printf("functions %zu %zu variables %zu %zu\n", kinds[0].same, kinds[0].changed,
		kinds[1].same, kinds[1].changed);
	return verdict->disagreements ? error_refused("disagreement", "%zu disagreements",
						verdict->disagreements)
				      : NULL;
}

static void verdict_list_texts(const char *what, const struct json_t *texts)
{
	size_t count = json_count_items(texts);
	for (size_t i = 0; i < count; i++)
		printf("%s %s\n", what, json_find_item_text(texts, i));
}

static struct error *verdict_list(const char *path)
{
	struct record record scope_record = {0};
	try(record_read(path, &record));
	if (record.unrecorded)
		printf("unrecorded %s\n", record.unrecorded);
	size_t count = json_count_items(record.functions);
	for (size_t i = 0; i < count; i++)
		verdict_list_texts("inlined",
			json_find(json_find_item(record.functions, i), "inlined"));
	verdict_list_texts("input", record.inputs);
	verdict_list_texts("argument", record.arguments);
	return NULL;
}

int main(int count, char **arguments)
{
	struct verdict verdict = {0};
	message_init("hash_verdict", true);
	if (count > 2 && strcmp(arguments[1], "--list") == 0) {
		int status = 0;
		for (int i = 2; i < count && !status; i++)
			status = message_end(verdict_list(arguments[i]));
		return status;
	}
	if (count != 4) {
		fputs("usage: hash_verdict LAYOUT.o PRE POST\n"
		      "       hash_verdict --list RECORD...\n",
			stderr);
		return 1;
	}
	struct error *error = verdict_run(&verdict, arguments + 1);
	for (int i = 0; i < VERDICT_SIDES; i++) {
		name_map_deinit(&verdict.pieces[i]);
		name_map_deinit(&verdict.compiled[i]);
		piece_set_free(verdict.sets[i]);
		record_deinit(&verdict.records[i]);
		elf_object_close(verdict.objects[i]);
	}
	return message_end(error);
}
