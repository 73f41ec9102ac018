// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_making.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/memory.h"

/*
 * Cutting: a section of code or data is cut where its symbols start, a table into its
 * entries, merged strings and constants one by one, and the replacements of alternatives
 * as their entries refer to them.
 */

static struct piece *piece_add(struct piece_making *making,
	const struct elf_section *section, uint64_t offset, uint64_t size)
{
	struct piece *piece = array_add(&making->pieces);
	piece->section = section;
	piece->offset = offset;
	piece->size = size;
	piece->known = kernel_section_find(section->name);
	piece->role = kernel_section_role(section);
	piece->kind = kernel_section_kind(section);
	return piece;
}

const struct elf_reloc *section_find_reloc(
	const struct elf_section *section, uint64_t offset)
{
	size_t low = 0;
	size_t high = section->reloc_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->relocs[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < section->reloc_count && section->relocs[low].offset == offset;
	return found ? &section->relocs[low] : NULL;
}

/* Where the jump of a function into the section leads; false if it is none. */
bool piece_find_auxiliary(const struct elf_object *object, const struct elf_reloc *reloc,
	const struct elf_section *section, uint64_t *offset)
{
	const struct elf_symbol *symbol = &object->symbols[reloc->symbol];
	if (symbol->section != section->index || !elf_reloc_is_relative(reloc->type))
		return false;
	*offset = symbol->value + (uint64_t)reloc->addend + elf_reloc_width(reloc->type);
	return *offset < section->size;
}

static bool section_has_reloc(
	const struct elf_section *section, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < section->reloc_count; i++) {
		if (section->relocs[i].offset >= start && section->relocs[i].offset < end)
			return true;
	}
	return false;
}

/* Of symbols that are alike but for their names, the one that the compiler wrote the
 * body for; the others are its aliases. */
static const struct elf_symbol *symbol_choose(
	const struct piece_making *making, size_t first)
{
	const struct elf_symbol *chosen = making->symbols[first];
	for (size_t i = first; i < making->symbol_count; i++) {
		const struct elf_symbol *symbol = making->symbols[i];
		if (symbol->section != chosen->section ||
			symbol->value != chosen->value || symbol->size != chosen->size ||
			symbol->binding != chosen->binding)
			break;
		if (piece_find_recorded(making, symbol))
			return symbol;
	}
	return chosen;
}

/* Cuts a section where its symbols start. What lies before the first symbol or in a
 * section without any becomes a piece without a name. */
static struct error *piece_cut_named(
	struct piece_making *making, const struct elf_section *section)
{
	size_t at = 0;
	while (at < making->symbol_count && making->symbols[at]->section < section->index)
		at++;
	uint64_t done = 0;
	for (; at < making->symbol_count &&
		making->symbols[at]->section == section->index;
		at++) {
		const struct elf_symbol *symbol = symbol_choose(making, at);
		/* An alias, or a label within. An end mark has nothing behind it, unlike
		 * a variable without a size (struct lock_class_key without lockdep). */
		bool is_empty = symbol->type == STT_OBJECT && !symbol->size;
		if (symbol->value < done || (symbol->value >= section->size && !is_empty))
			continue;
		uint64_t end = section->size;
		for (size_t next = at + 1;
			next < making->symbol_count &&
			making->symbols[next]->section == section->index;
			next++) {
			if (making->symbols[next]->value > symbol->value) {
				end = making->symbols[next]->value;
				break;
			}
		}
		/* A size that reaches over the next symbol: that one is a label within.
		 */
		uint64_t size =
			symbol->size || is_empty ? symbol->size : end - symbol->value;
		if (symbol->value > section->size || size > section->size - symbol->value)
			return error_failed(
				"%s: %s: extends beyond the end of its section %s",
				making->set->object->path, symbol->name, section->name);
		/* Between two symbols is padding, unless something is filled in there. */
		if (symbol->value > done &&
			(!done || section_has_reloc(section, done, symbol->value)))
			piece_add(making, section, done, symbol->value - done);
		struct piece *piece = piece_add(making, section, symbol->value, size);
		piece->symbol = symbol;
		piece->identity = piece_identity_of_symbol(making, symbol);
		piece->recorded = piece_find_recorded(making, symbol);
		done = symbol->value + size;
	}
	if (section->size > done &&
		(!done || section_has_reloc(section, done, section->size)))
		piece_add(making, section, done, section->size - done);
	return NULL;
}

static struct error *piece_cut_merged(
	struct piece_making *making, const struct elf_section *section)
{
	uint64_t unit = section->entry_size;
	if (!unit || section->size % unit)
		return error_failed(
			"%s: %s: its size is not a multiple of its entry size",
			making->set->object->path, section->name);
	uint64_t start = 0;
	for (uint64_t at = 0; at < section->size; at += unit) {
		bool is_end = true;
		if (section->flags & SHF_STRINGS) {
			for (uint64_t i = 0; i < unit; i++)
				is_end &= section->data[at + i] == 0;
		}
		if (!is_end && at + unit < section->size)
			continue;
		struct piece *piece =
			piece_add(making, section, start, at + unit - start);
		scope_free char *content =
			digest_to_text(digest_of(section->data + start, piece->size));
		piece->identity = memory_format(
			"content:%" PRIu64 ":%" PRIu64 ":%s", unit, piece->size, content);
		start = at + unit;
	}
	return NULL;
}

static struct error *piece_cut_table(
	struct piece_making *making, const struct elf_section *section)
{
	uint64_t size;
	uint64_t owner;
	try(kernel_section_entry(
		kernel_section_find(section->name), making->layout, &size, &owner));
	if (section->size % size)
		return error_refused("unknown-layout",
			"%s: %s: %" PRIu64
			" bytes are not a multiple of the entry size %" PRIu64,
			making->set->object->path, section->name, section->size, size);
	for (uint64_t at = 0; at < section->size; at += size)
		piece_add(making, section, at, size);
	return NULL;
}

struct replacement_range {
	uint64_t start;
	uint64_t size;
};

static int replacement_compare(const void *left, const void *right)
{
	const struct replacement_range *a = left;
	const struct replacement_range *b = right;
	return a->start < b->start ? -1 : a->start > b->start;
}

/* Cuts the replacements as the entries of .altinstructions refer to them. */
static struct error *piece_cut_replacements(
	struct piece_making *making, const struct elf_section *section)
{
	const struct elf_object *object = making->set->object;
	const struct kernel_layout *layout = making->layout;
	const struct elf_section *table =
		elf_object_find_section(object, ".altinstructions");
	uint64_t entry = layout->alternative_size;
	if (!table || !entry)
		return error_refused("unknown-layout",
			"%s: %s: has no table that refers to it", object->path,
			section->name);
	size_t count = 0;
	scope_free struct replacement_range *ranges =
		memory_allocate((table->size / entry + 1) * sizeof(*ranges));
	for (uint64_t at = 0; at + entry <= table->size; at += entry) {
		const struct elf_reloc *reloc =
			section_find_reloc(table, at + layout->alternative_replacement);
		uint64_t size = table->data[at + layout->alternative_replacement_length];
		if (!reloc || object->symbols[reloc->symbol].section != section->index)
			return error_refused("unknown-layout",
				"%s: .altinstructions+0x%" PRIx64 ": has no replacement",
				object->path, at);
		uint64_t start =
			object->symbols[reloc->symbol].value + (uint64_t)reloc->addend;
		if (start + size > section->size)
			return error_failed(
				"%s: .altinstructions+0x%" PRIx64
				": extends beyond the end of the replacements",
				object->path, at);
		if (size)
			ranges[count++] = (struct replacement_range){start, size};
	}
	qsort(ranges, count, sizeof(*ranges), replacement_compare);
	uint64_t done = 0;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].start < done)
			continue;
		piece_add(making, section, ranges[i].start, ranges[i].size);
		done = ranges[i].start + ranges[i].size;
	}
	return NULL;
}

static int offset_compare(const void *left, const void *right)
{
	const uint64_t *a = left;
	const uint64_t *b = right;
	return *a < *b ? -1 : *a > *b;
}

/* Cuts the section where functions jump to: what static_cpu_has() runs until boot has
 * put the answer in the jump's place (arch/x86/include/asm/cpufeature.h). */
static struct error *piece_cut_auxiliary(
	struct piece_making *making, const struct elf_section *section)
{
	const struct elf_object *object = making->set->object;
	struct {
		uint64_t *items;
		size_t count;
		size_t capacity;
	} starts = {0};
	for (size_t i = 1; i < object->section_count; i++) {
		const struct elf_section *from = &object->sections[i];
		uint64_t offset;
		for (size_t k = 0; elf_section_is_code(from) && k < from->reloc_count;
			k++) {
			if (from != section &&
				piece_find_auxiliary(
					object, &from->relocs[k], section, &offset))
				*array_add(&starts) = offset;
		}
	}
	*array_add(&starts) = section->size;
	qsort(starts.items, starts.count, sizeof(*starts.items), offset_compare);
	uint64_t done = 0;
	for (size_t i = 0; i < starts.count; i++) {
		if (starts.items[i] > done)
			piece_add(making, section, done, starts.items[i] - done);
		done = starts.items[i];
	}
	free(starts.items);
	return NULL;
}

struct error *piece_cut_section(
	struct piece_making *making, const struct elf_section *section)
{
	switch (kernel_section_role(section)) {
	case SECTION_IGNORED:
		return NULL;
	case SECTION_CODE:
	case SECTION_DATA:
	case SECTION_ONCE:
	case SECTION_HOOK:
		return piece_cut_named(making, section);
	case SECTION_MERGED:
		return piece_cut_merged(making, section);
	case SECTION_TABLE:
		return piece_cut_table(making, section);
	case SECTION_REPLACEMENT:
		return piece_cut_replacements(making, section);
	case SECTION_AUXILIARY:
		return piece_cut_auxiliary(making, section);
	}
	return NULL;
}
