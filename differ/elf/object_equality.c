// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/object_equality.h"

#include <stdbool.h>
#include <string.h>

#include "differ/elf/elf_object.h"

static bool section_counts(const struct elf_section *section)
{
	return section->flags & SHF_ALLOC && section->type != SHT_NOTE;
}

/* The nth section of that name, from 0; several may have one name. */
static const struct elf_section *object_find_nth(
	const struct elf_object *object, const char *name, size_t nth)
{
	for (size_t i = 1; i < object->section_count; i++) {
		const struct elf_section *section = &object->sections[i];
		if (section_counts(section) && strcmp(section->name, name) == 0 && !nth--)
			return section;
	}
	return NULL;
}

static size_t section_find_rank(
	const struct elf_object *object, const struct elf_section *section)
{
	size_t rank = 0;
	for (size_t i = 1; i < section->index; i++)
		rank += section_counts(&object->sections[i]) &&
			strcmp(object->sections[i].name, section->name) == 0;
	return rank;
}

static bool symbol_is_equal(const struct elf_object *left, const struct elf_symbol *a,
	const struct elf_object *right, const struct elf_symbol *b)
{
	const struct elf_section *left_section = elf_object_symbol_section(left, a);
	const struct elf_section *right_section = elf_object_symbol_section(right, b);
	if (strcmp(a->name, b->name) != 0 || !left_section != !right_section)
		return false;
	if (!left_section)
		return a->section == b->section;
	return a->value == b->value &&
	       strcmp(left_section->name, right_section->name) == 0 &&
	       section_find_rank(left, left_section) ==
		       section_find_rank(right, right_section);
}

static bool section_is_equal(const struct elf_object *left, const struct elf_section *a,
	const struct elf_object *right, const struct elf_section *b, uint64_t *offset)
{
	*offset = 0;
	if (a->type != b->type || a->flags != b->flags || a->size != b->size)
		return false;
	for (size_t i = 0; i < a->reloc_count || i < b->reloc_count; i++) {
		bool has_both = i < a->reloc_count && i < b->reloc_count;
		*offset = i < a->reloc_count ? a->relocs[i].offset : b->relocs[i].offset;
		if (!has_both || a->relocs[i].offset != b->relocs[i].offset ||
			a->relocs[i].type != b->relocs[i].type ||
			a->relocs[i].addend != b->relocs[i].addend ||
			!symbol_is_equal(left, &left->symbols[a->relocs[i].symbol], right,
				&right->symbols[b->relocs[i].symbol]))
			return false;
	}
	for (uint64_t at = 0; a->data && b->data && at < a->size; at++) {
		*offset = at;
		if (a->data[at] != b->data[at])
			return false;
	}
	return !a->data == !b->data;
}

const struct elf_section *object_find_difference(
	const struct elf_object *left, const struct elf_object *right, uint64_t *offset)
{
	for (size_t i = 1; i < left->section_count; i++) {
		const struct elf_section *section = &left->sections[i];
		if (!section_counts(section))
			continue;
		const struct elf_section *other = object_find_nth(
			right, section->name, section_find_rank(left, section));
		*offset = 0;
		if (!other || !section_is_equal(left, section, right, other, offset))
			return section;
	}
	*offset = 0;
	for (size_t i = 1; i < right->section_count; i++) {
		const struct elf_section *section = &right->sections[i];
		if (section_counts(section) && !object_find_nth(left, section->name,
						       section_find_rank(right, section)))
			return section;
	}
	return NULL;
}
