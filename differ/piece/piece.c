// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/piece.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece_making.h"
#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static bool symbol_is_naming(const struct elf_symbol *symbol)
{
	return symbol->type != STT_SECTION && symbol->type != STT_FILE &&
	       symbol->name[0] && symbol->section != SHN_UNDEF &&
	       symbol->section < SHN_LORESERVE && !text_has_prefix(symbol->name, ".L");
}

/* Of several symbols at one place: a sized one, then a global one, then by name. */
static int symbol_compare(const void *left, const void *right)
{
	const struct elf_symbol *a = *(const struct elf_symbol *const *)left;
	const struct elf_symbol *b = *(const struct elf_symbol *const *)right;
	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	if ((a->binding == STB_GLOBAL) != (b->binding == STB_GLOBAL))
		return a->binding == STB_GLOBAL ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void piece_take_relocs(struct piece *piece)
{
	const struct elf_section *section = piece->section;
	size_t low = 0;
	size_t high = section->reloc_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->relocs[middle].offset < piece->offset)
			low = middle + 1;
		else
			high = middle;
	}
	piece->relocs = section->relocs + low;
	while (low + piece->reloc_count < section->reloc_count &&
		piece->relocs[piece->reloc_count].offset < piece->offset + piece->size)
		piece->reloc_count++;
}

static void names_number(const struct json_t *items, struct name_map *numbers)
{
	size_t count = json_count_items(items);
	for (size_t i = 0; i < count; i++) {
		const char *name = json_find_text(json_find_item(items, i), "name");
		if (name)
			name_map_set(numbers, name, (int64_t)i);
	}
}

static struct error *piece_set_fill(struct piece_making *making)
{
	struct piece_set *set = making->set;
	const struct elf_object *object = set->object;
	making->symbols =
		memory_allocate(object->symbol_count * sizeof(*making->symbols));
	for (size_t i = 1; i < object->symbol_count; i++) {
		if (symbol_is_naming(&object->symbols[i]))
			making->symbols[making->symbol_count++] = &object->symbols[i];
	}
	qsort(making->symbols, making->symbol_count, sizeof(*making->symbols),
		symbol_compare);
	names_number(making->record->functions, &making->function_numbers);
	names_number(making->record->variables, &making->variable_numbers);
	set->first = memory_allocate((object->section_count + 1) * sizeof(*set->first));
	struct error *error = NULL;
	for (size_t i = 1; i < object->section_count && !error; i++) {
		set->first[i] = making->pieces.count;
		error = piece_cut_section(making, &object->sections[i]);
	}
	set->first[object->section_count] = making->pieces.count;
	set->pieces = making->pieces.items;
	set->count = making->pieces.count;
	if (error)
		return error;
	for (size_t i = 0; i < set->count; i++)
		piece_take_relocs(&set->pieces[i]);
	try(piece_find_owners(making));
	piece_identify_rest(making);
	return NULL;
}

struct error *piece_set_create(const struct elf_object *object,
	const struct kernel_layout *layout, const struct record *record,
	struct piece_set **set)
{
	struct piece_set *created = memory_allocate(sizeof(*created));
	created->object = object;
	struct piece_making making = {.set = created, .layout = layout, .record = record};
	struct error *error = piece_set_fill(&making);
	name_map_deinit(&making.variable_numbers);
	name_map_deinit(&making.function_numbers);
	name_map_deinit(&making.seen);
	free(making.symbols);
	if (error)
		piece_set_free(created);
	else
		*set = created;
	return error;
}

void piece_set_free(struct piece_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++) {
		free(set->pieces[i].identity);
		free(set->pieces[i].kept);
	}
	free(set->pieces);
	free(set->first);
	free(set);
}

struct piece *piece_set_find(
	const struct piece_set *set, const struct elf_section *section, uint64_t offset)
{
	size_t low = set->first[section->index];
	size_t high = set->first[section->index + 1];
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (set->pieces[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == set->first[section->index])
		return NULL;
	/* What starts at the offset was found first; the end of the piece before it is
	 * meant otherwise, as by the last entry of an unwind table. */
	struct piece *piece = &set->pieces[low - 1];
	return offset - piece->offset <= piece->size ? piece : NULL;
}

char *piece_describe(const struct piece *piece, uint64_t offset)
{
	const char *name = piece->symbol ? piece->symbol->name : piece->section->name;
	uint64_t shown = piece->symbol ? offset : piece->offset + offset;
	return shown ? memory_format("%s+0x%" PRIx64, name, shown)
		     : memory_copy_text(name);
}
