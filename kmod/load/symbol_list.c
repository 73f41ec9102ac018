// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/symbol_list.h"

#include <linux/bsearch.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/author/ksplice.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target.h"
#include "kmod/kernel/target_table.h"
#include "kmod/load/symbol_name.h"
#include "kmod/load/update_entry.h"

/* No update refers to more; the limit keeps count * size far from overflow. */
#define SYMBOL_LIST_LIMIT 100000

const struct ksplice_target *symbol_list_targets(const struct ksplice_symbol_list *list)
{
	return (const void *)(list + 1);
}

const struct ksplice_symbol *symbol_list_entries(const struct ksplice_symbol_list *list)
{
	return (const void *)(symbol_list_targets(list) + list->target_count);
}

const char *symbol_list_strings(const struct ksplice_symbol_list *list)
{
	return (const char *)(symbol_list_entries(list) + list->count);
}

#define AUTHOR_FUNCTION(function) {#function, (unsigned long)function},

static const struct core_function {
	const char *name;
	unsigned long address;
} core_functions[] = {{KSPLICE_CORE_LOAD, (unsigned long)ksplice_update_load},
	{KSPLICE_CORE_UNLOAD, (unsigned long)ksplice_update_unload},
	KSPLICE_CORE_AUTHOR_FUNCTIONS(AUTHOR_FUNCTION)};

static unsigned long resolve_core(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(core_functions); i++)
		if (!strcmp(name, core_functions[i].name))
			return core_functions[i].address;
	return 0;
}

unsigned long symbol_list_resolve(const struct ksplice_symbol_list *list,
	const struct target_table *targets, const struct ksplice_symbol *symbol)
{
	unsigned long address = 0;

	switch (symbol->kind) {
	case KSPLICE_SYMBOL_OFFSET:
		target_table_resolve(targets, &symbol->place, 0, &address);
		return address;
	case KSPLICE_SYMBOL_FIXED:
		return symbol->place.offset;
	case KSPLICE_SYMBOL_CORE:
		return resolve_core(symbol_list_strings(list) + symbol->name);
	}
	return 0;
}

static int check_frame(const struct ksplice_symbol_list *list, size_t size)
{
	size_t expected;

	/* These two have been in front in every format. */
	if (size < offsetofend(struct ksplice_symbol_list, abi) ||
		list->magic != KSPLICE_SYMBOLS_MAGIC) {
		problem_add("symbol list: is not a symbol list");
		return -ENOEXEC;
	}
	if (list->abi != KSPLICE_ABI_VERSION) {
		problem_add("symbol list: has format %u, and this ksplice.ko reads %u",
			list->abi, KSPLICE_ABI_VERSION);
		return -ENOEXEC;
	}
	if (size < sizeof(*list)) {
		problem_add("symbol list: is damaged: %zu bytes", size);
		return -ENOEXEC;
	}
	expected = sizeof(*list) +
		   (size_t)list->target_count * sizeof(struct ksplice_target) +
		   (size_t)list->count * sizeof(struct ksplice_symbol) +
		   list->strings_size;
	if (list->count > SYMBOL_LIST_LIMIT || list->target_count > SYMBOL_LIST_LIMIT ||
		size != expected || list->reserved) {
		problem_add("symbol list: is damaged: %zu bytes with %u symbols of %u "
			    "targets",
			size, list->count, list->target_count);
		return -ENOEXEC;
	}
	if (list->count && (!list->strings_size ||
				   symbol_list_strings(list)[list->strings_size - 1])) {
		problem_add("symbol list: its strings are not terminated");
		return -ENOEXEC;
	}
	return 0;
}

static int compare_export(const void *key, const void *entry)
{
	const struct kernel_symbol *symbol = entry;

	return strcmp(key, offset_to_ptr(&symbol->name_offset));
}

static const struct kernel_symbol *find_export(const char *name)
{
	const struct kernel_symbol *found = bsearch(name, kernel_private.exports_start,
		kernel_private.exports_end - kernel_private.exports_start, sizeof(*found),
		compare_export);

	if (found)
		return found;
	return bsearch(name, kernel_private.gpl_exports_start,
		kernel_private.gpl_exports_end - kernel_private.gpl_exports_start,
		sizeof(*found), compare_export);
}

/*
 * The module loader asks the kernel's own exports before ours. A local symbol with
 * the name of an exported one would silently become that one.
 */
static bool is_hidden_by_export(const char *name, unsigned long address)
{
	const struct kernel_symbol *export = find_export(name);

	return export && (unsigned long)offset_to_ptr(&export->value_offset) != address;
}

/* Only a symbol of the core's own has no place. */
static bool is_place_damaged(
	const struct ksplice_symbol_list *list, const struct ksplice_symbol *symbol)
{
	const struct ksplice_place *place = &symbol->place;
	bool has_section = place->section != KSPLICE_NO_SECTION;

	if (symbol->kind == KSPLICE_SYMBOL_CORE)
		return place->target != KSPLICE_NO_TARGET || place->offset || has_section;
	if (place->target >= list->target_count)
		return true;
	return has_section &&
	       (symbol->kind == KSPLICE_SYMBOL_FIXED ||
		       symbol_list_targets(list)[place->target].kind ==
			       KSPLICE_TARGET_IMAGE);
}

static int check_symbol(const struct ksplice_symbol_list *list,
	const struct target_table *targets, const struct ksplice_symbol *symbol)
{
	const char *strings = symbol_list_strings(list);
	const char *name = strings + symbol->name;
	unsigned long address;

	if (symbol->kind < KSPLICE_SYMBOL_OFFSET || symbol->kind > KSPLICE_SYMBOL_CORE) {
		problem_add(
			"symbol list: %s: has the unknown kind %u", name, symbol->kind);
		return -ENOEXEC;
	}
	if (symbol->reserved || is_place_damaged(list, symbol) ||
		(symbol->kallsyms != KSPLICE_NO_KALLSYMS &&
			symbol->kallsyms >= list->strings_size)) {
		problem_add("symbol list: %s: is damaged", name);
		return -ENOEXEC;
	}
	if (!symbol_name_is_true(symbol, target_table_at(targets, &symbol->place),
		    strings, list->strings_size)) {
		problem_add("symbol list: %s: its name does not agree with its place", name);
		return -ENOEXEC;
	}
	address = symbol_list_resolve(list, targets, symbol);
	if (symbol->kind == KSPLICE_SYMBOL_CORE) {
		if (address)
			return 0;
		problem_add("symbol list: %s: not a function of this ksplice.ko", name);
		return -ENOEXEC;
	}
	if (symbol->kind == KSPLICE_SYMBOL_OFFSET && !address) {
		problem_add("symbol list: %s: offset 0x%llx is outside %s", name,
			symbol->place.offset,
			target_table_at(targets, &symbol->place)->name);
		return -EINVAL;
	}
	if (is_hidden_by_export(name, address)) {
		problem_add("symbol list: %s: the kernel exports another symbol of that "
			    "name",
			name);
		return -EINVAL;
	}
	if (symbol->kallsyms == KSPLICE_NO_KALLSYMS)
		return 0;
	if (!target_has_name(target_table_at(targets, &symbol->place),
		    strings + symbol->kallsyms, address)) {
		problem_add("symbol list: %s: kallsyms has no %s at 0x%llx", name,
			strings + symbol->kallsyms, symbol->place.offset);
		return -EINVAL;
	}
	return 0;
}

static int check_order(
	const struct ksplice_symbol_list *list, const struct ksplice_symbol *symbol)
{
	const char *strings = symbol_list_strings(list);

	if (symbol->name >= list->strings_size) {
		problem_add("symbol list: symbol %td: is damaged",
			symbol - symbol_list_entries(list));
		return -ENOEXEC;
	}
	if (symbol > symbol_list_entries(list) &&
		strcmp(strings + symbol[-1].name, strings + symbol->name) >= 0) {
		problem_add("symbol list: %s: is out of order", strings + symbol->name);
		return -ENOEXEC;
	}
	return 0;
}

int symbol_list_check(
	const struct ksplice_symbol_list *list, size_t size, struct target_table *targets)
{
	struct target_table found = {0};
	int result = check_frame(list, size);
	u32 i;

	if (!result)
		result = target_table_find("symbol list", symbol_list_targets(list),
			list->target_count, &found);
	if (result)
		return result;
	found.names = symbol_list_strings(list);
	found.names_size = list->strings_size;
	for (i = 0; !result && i < list->count; i++) {
		const struct ksplice_symbol *symbol = symbol_list_entries(list) + i;

		result = check_order(list, symbol);
		if (!result)
			result = check_symbol(list, &found, symbol);
	}
	if (result)
		target_table_deinit(&found);
	else
		*targets = found;
	return result;
}
