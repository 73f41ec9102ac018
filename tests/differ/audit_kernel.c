// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_kernel.h"

#include <stdlib.h>
#include <string.h>

#include "tests/differ/audit_object.h"
#include "tests/differ/audit_report.h"

static int address_compare(const void *left, const void *right)
{
	const struct audit_symbol *a = *(const struct audit_symbol *const *)left;
	const struct audit_symbol *b = *(const struct audit_symbol *const *)right;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->size > b->size ? -1 : a->size < b->size;
}

struct audit_kernel *audit_kernel_open_module(struct audit_object *object)
{
	struct audit_kernel *kernel = audit_allocate(sizeof(*kernel));
	kernel->object = object;
	kernel->by_address =
		audit_allocate(object->name_count * sizeof(*kernel->by_address));
	for (size_t i = 0; i < object->name_count; i++) {
		if (object->by_name[i]->section != SHN_UNDEF)
			kernel->by_address[kernel->address_count++] = object->by_name[i];
	}
	qsort(kernel->by_address, kernel->address_count, sizeof(*kernel->by_address),
		address_compare);
	return kernel;
}

struct audit_kernel *audit_kernel_open(const char *path)
{
	struct audit_kernel *kernel = audit_kernel_open_module(audit_object_open(path));
	if (!audit_kernel_find_global(kernel, "_text", &kernel->text) ||
		!audit_kernel_find_global(kernel, "__init_begin", &kernel->init_begin) ||
		!audit_kernel_find_global(kernel, "__init_end", &kernel->init_end))
		audit_fail("%s: no kernel: it lacks _text, __init_begin or __init_end",
			path);
	return kernel;
}

static const struct audit_section *kernel_find_section(
	const struct audit_kernel *kernel, uint64_t address)
{
	const struct audit_object *object = kernel->object;
	for (size_t i = 1; i < object->section_count; i++) {
		const struct audit_section *section = &object->sections[i];
		if (section->flags & SHF_ALLOC && address >= section->address &&
			address - section->address < section->size)
			return section;
	}
	return NULL;
}

const uint8_t *audit_kernel_find_bytes(
	const struct audit_kernel *kernel, uint64_t address, uint64_t size)
{
	const struct audit_section *section = kernel_find_section(kernel, address);
	if (!section || !section->data ||
		size > section->size - (address - section->address))
		return NULL;
	return section->data + (address - section->address);
}

static bool section_is_freed(const struct audit_section *section)
{
	return audit_text_starts(section->name, ".init") ||
	       audit_text_starts(section->name, ".exit");
}

bool audit_kernel_is_init(const struct audit_kernel *kernel, uint64_t address)
{
	if (kernel->text)
		return address >= kernel->init_begin && address < kernel->init_end &&
		       strcmp(audit_kernel_section_name(kernel, address),
			       ".data..percpu") != 0;
	const struct audit_section *section = kernel_find_section(kernel, address);
	return section && section_is_freed(section);
}

bool audit_kernel_is_read_only(
	const struct audit_kernel *kernel, uint64_t address, uint64_t size)
{
	uint64_t start;
	uint64_t end;
	if (kernel->text)
		return audit_kernel_find_global(kernel, "__start_rodata", &start) &&
		       audit_kernel_find_global(kernel, "__end_rodata", &end) &&
		       address >= start && address + size <= end;
	const struct audit_section *section = kernel_find_section(kernel, address);
	return section && !section_is_freed(section) &&
	       address + size <= section->address + section->size &&
	       (!(section->flags & (SHF_WRITE | SHF_EXECINSTR)) ||
		       strcmp(section->name, ".data..ro_after_init") == 0);
}

const char *audit_kernel_section_name(const struct audit_kernel *kernel, uint64_t address)
{
	const struct audit_section *section = kernel_find_section(kernel, address);
	return section ? section->name : "";
}

bool audit_kernel_is_fixed(const struct audit_kernel *kernel, uint64_t address)
{
	(void)kernel;
	/* Per-cpu offsets and absolute numbers are low, the kernel is high. */
	return address < UINT64_C(0xffffffff80000000);
}

bool audit_kernel_find_global(
	const struct audit_kernel *kernel, const char *name, uint64_t *address)
{
	size_t count;
	const struct audit_symbol **first =
		audit_object_find_named(kernel->object, name, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->binding != STB_LOCAL && first[i]->section != SHN_UNDEF) {
			*address = first[i]->value;
			return true;
		}
	}
	return false;
}

const struct audit_symbol *audit_kernel_find_at(
	const struct audit_kernel *kernel, const char *name, uint64_t address)
{
	size_t count;
	const struct audit_symbol **first =
		audit_object_find_named(kernel->object, name, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->value == address && first[i]->section != SHN_UNDEF)
			return first[i];
	}
	return NULL;
}

const struct audit_symbol *audit_kernel_find_near(
	const struct audit_kernel *kernel, uint64_t address)
{
	size_t low = 0;
	size_t high = kernel->address_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (kernel->by_address[middle]->value <= address)
			low = middle + 1;
		else
			high = middle;
	}
	while (low > 1 &&
		kernel->by_address[low - 2]->value == kernel->by_address[low - 1]->value)
		low--;
	return low ? kernel->by_address[low - 1] : NULL;
}

static bool symbol_is_local_name(const struct audit_symbol *symbol)
{
	return symbol->binding == STB_LOCAL && symbol->name[0] &&
	       symbol->section != SHN_UNDEF &&
	       (symbol->type == STT_FUNC || symbol->type == STT_OBJECT ||
		       symbol->type == STT_NOTYPE);
}

/* The place of a symbol in the group, counted from that of a global of the same section,
 * must be as in the object. */
static bool group_fits_globals(const struct audit_kernel *kernel,
	const struct audit_object *original, const struct audit_group *group)
{
	bool fits = false;
	for (size_t i = 1; i < original->symbol_count; i++) {
		const struct audit_symbol *local = &original->symbols[i];
		if (!symbol_is_local_name(local))
			continue;
		const struct audit_symbol *linked =
			audit_group_find(kernel, group, local->name);
		for (size_t k = i; linked && k < original->symbol_count; k++) {
			const struct audit_symbol *global = &original->symbols[k];
			uint64_t address;
			if (global->binding != STB_GLOBAL ||
				global->section != local->section ||
				!audit_kernel_find_global(kernel, global->name, &address))
				continue;
			if (address - global->value != linked->value - local->value)
				return false;
			fits = true;
		}
	}
	return fits;
}

/* How many of the object's local symbols the group has. */
static size_t group_count_matches(const struct audit_kernel *kernel,
	const struct audit_object *original, const struct audit_group *group)
{
	size_t count = 0;
	for (size_t i = 1; i < original->symbol_count; i++) {
		const struct audit_symbol *symbol = &original->symbols[i];
		const struct audit_symbol *linked =
			symbol_is_local_name(symbol)
				? audit_group_find(kernel, group, symbol->name)
				: NULL;
		count += linked && linked->size == symbol->size &&
			 linked->type == symbol->type;
	}
	return count;
}

bool audit_kernel_find_group(const struct audit_kernel *kernel,
	const struct audit_object *original, struct audit_group *group)
{
	const char *source = NULL;
	for (size_t i = 1; i < original->symbol_count && !source; i++) {
		if (original->symbols[i].type == STT_FILE)
			source = original->symbols[i].name;
	}
	const struct audit_object *object = kernel->object;
	size_t best = 0;
	bool is_one = false;
	bool is_proven = false;
	for (uint32_t i = 1; source && i < object->symbol_count; i++) {
		if (object->symbols[i].type != STT_FILE ||
			strcmp(object->symbols[i].name, source) != 0)
			continue;
		struct audit_group candidate = {i + 1, i + 1};
		while (candidate.end < object->symbol_count &&
			object->symbols[candidate.end].file == i)
			candidate.end++;
		size_t matches = group_count_matches(kernel, original, &candidate);
		if (!matches || matches < best)
			continue;
		bool fits = group_fits_globals(kernel, original, &candidate);
		if (matches == best && fits == is_proven) {
			is_one = false;
			continue;
		}
		if (matches == best && is_proven)
			continue;
		best = matches;
		is_one = true;
		is_proven = fits;
		*group = candidate;
	}
	return is_one;
}

const struct audit_symbol *audit_group_find(const struct audit_kernel *kernel,
	const struct audit_group *group, const char *name)
{
	size_t count;
	const struct audit_symbol *found = NULL;
	const struct audit_symbol **first =
		audit_object_find_named(kernel->object, name, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->number < group->first || first[i]->number >= group->end)
			continue;
		if (found)
			return NULL;
		found = first[i];
	}
	return found;
}

bool audit_kernel_has_bytes(const struct audit_kernel *kernel,
	const struct audit_thing *thing, uint64_t address)
{
	const uint8_t *built = thing->section->data;
	const uint8_t *linked = audit_kernel_find_bytes(kernel, address, thing->size);
	if (!built || !thing->size)
		return true;
	if (!linked)
		return false;
	size_t count;
	const struct audit_reloc *relocs = audit_section_find_relocs(
		thing->section, thing->start, thing->size, &count);
	uint64_t at = 0;
	for (size_t i = 0; i <= count; i++) {
		uint64_t end = i < count ? relocs[i].offset - thing->start : thing->size;
		unsigned width = 0;
		bool is_relative;
		if (end > at &&
			memcmp(built + thing->start + at, linked + at, end - at) != 0)
			return false;
		if (i < count &&
			audit_reloc_describe(relocs[i].type, &width, &is_relative))
			at = end + width;
	}
	return true;
}
