// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_symbol.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/index/placement.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Names that scripts/kallsyms.c leaves out. */
static const char *const kallsyms_ignored[] = {
	"$",
	".L",
	"__efistub_",
	"__crc_",
	"__kstrtab_",
	"__kstrtabns_",
};

static bool image_is_init(const struct kernel_image *image, uint64_t address)
{
	const struct elf_symbol *start = kernel_image_find_global(image, "__init_begin");
	const struct elf_symbol *end = kernel_image_find_global(image, "__init_end");
	return start && end && address >= start->value && address < end->value;
}

/* Will the running kernel's kallsyms have a symbol of that name there? */
static bool symbol_has_kallsyms(const struct kernel_tree *tree,
	const struct kernel_image *image, const char *name, uint64_t address)
{
	size_t ignored = sizeof(kallsyms_ignored) / sizeof(kallsyms_ignored[0]);
	for (size_t i = 0; i < ignored; i++) {
		if (text_has_prefix(name, kallsyms_ignored[i]))
			return false;
	}
	if (address < image->base || address >= image->text_end) {
		scope_free char *all =
			kernel_tree_find_config(tree, "CONFIG_KALLSYMS_ALL");
		if (!all)
			return false;
	}
	const struct elf_symbol *const *first;
	size_t count;
	kernel_image_find_symbols(image, name, &first, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->value == address)
			return true;
	}
	return false;
}

static struct error *symbol_finish(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct update_unit *unit,
	const char *name, uint64_t address, struct outward_symbol *symbol)
{
	if (image_is_init(image, address))
		return error_refused("init-reference",
			"%s: the changed code refers to %s, which is gone from memory "
			"since boot",
			unit->object, name);
	symbol->name = name;
	symbol->address = address;
	symbol->is_fixed = kernel_image_is_fixed(image, address);
	symbol->has_kallsyms = symbol_has_kallsyms(tree, image, name, address);
	return NULL;
}

struct error *update_symbol_find_global(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct update_unit *unit,
	const char *name, struct outward_symbol *symbol)
{
	const struct elf_symbol *global = kernel_image_find_global(image, name);
	if (!global)
		return error_hint(error_refused("unknown-symbol",
					  "%s: the changed code refers to %s, which "
					  "vmlinux does not define",
					  unit->object, name),
			"functions of modules, and of files that are not built in this "
			"configuration, cannot be used");
	return symbol_finish(tree, image, unit, global->name, global->value, symbol);
}

/* The name under which the build linked what a piece of post is: a static local has
 * another number in each compile, but one identity. */
static const char *piece_find_built_name(
	const struct update_unit *unit, const struct piece *piece)
{
	const struct json_t *now =
		record_find_named(unit->post_unit.variables, piece->symbol->name);
	const char *identity = json_find_text(now, "id");
	if (piece->symbol->type == STT_FUNC || !identity)
		return piece->symbol->name;
	size_t count = json_count_items(unit->record.variables);
	for (size_t i = 0; i < count; i++) {
		const struct json_t *built = json_find_item(unit->record.variables, i);
		const char *id = json_find_text(built, "id");
		if (id && strcmp(id, identity) == 0)
			return json_find_text(built, "name");
	}
	return NULL;
}

static struct error *symbol_refuse_unproven(
	const struct update_unit *unit, const char *name, const char *section)
{
	return error_refused("unproven-place",
		"%s: %s: its place in vmlinux could not be proven (section %s)",
		unit->object, name, section);
}

struct error *update_symbol_find_original(const struct kernel_image *image,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_symbol **symbol, uint64_t *address)
{
	if (!piece->symbol)
		return error_refused("unnamed-content",
			"%s: the changed code refers to content of %s that no symbol "
			"names",
			unit->object, piece->section->name);
	const char *name = piece_find_built_name(unit, piece);
	const struct elf_symbol *found = NULL;
	for (size_t i = 1; name && i < unit->original->symbol_count; i++) {
		const struct elf_symbol *candidate = &unit->original->symbols[i];
		if (candidate->section == SHN_UNDEF || candidate->type == STT_FILE ||
			candidate->type == STT_SECTION ||
			strcmp(candidate->name, name) != 0)
			continue;
		if (found)
			return error_refused("ambiguous-symbol",
				"%s: has two symbols named %s", unit->object, name);
		found = candidate;
	}
	if (!found)
		return error_refused("not-reproduced",
			"%s: %s: is not in the object that was linked into vmlinux",
			unit->object, piece->symbol->name);
	uint64_t place;
	const struct elf_section *section =
		elf_object_symbol_section(unit->original, found);
	if (!placement_find_symbol(unit->original, unit->places, found, &place))
		return symbol_refuse_unproven(
			unit, name, section ? section->name : "none");
	if (found->binding != STB_LOCAL) {
		const struct elf_symbol *global = kernel_image_find_global(image, name);
		if (!global || global->value != place)
			return error_refused("overridden-symbol",
				"%s: %s: is weak, and vmlinux uses another file's",
				unit->object, name);
	}
	*symbol = found;
	*address = place;
	return NULL;
}

struct error *update_symbol_find_piece(const struct kernel_tree *tree,
	const struct kernel_image *image, const struct update_unit *unit,
	const struct piece *piece, struct outward_symbol *symbol)
{
	const struct elf_symbol *original;
	uint64_t address;
	/* A weak function that another file overrides is not used; its name is. */
	if (piece->symbol && piece->symbol->binding != STB_LOCAL)
		return update_symbol_find_global(
			tree, image, unit, piece->symbol->name, symbol);
	try(update_symbol_find_original(image, unit, piece, &original, &address));
	return symbol_finish(tree, image, unit, original->name, address, symbol);
}

struct error *update_symbol_find_kept(const struct kernel_image *image,
	const struct update_unit *unit, const struct piece *piece,
	const struct elf_reloc *reloc, const struct piece_target *target,
	struct outward_symbol *symbol)
{
	const struct elf_symbol *constant;
	uint64_t place;
	try(update_symbol_find_original(image, unit, piece, &constant, &place));
	uint64_t field = reloc->offset - piece->offset;
	const struct piece *to = target->piece;
	uint64_t start = (uint64_t)target->offset;
	uint64_t address;
	const uint8_t *pointer =
		kernel_image_find_bytes(image, place + field, sizeof(address));
	if (pointer)
		memcpy(&address, pointer, sizeof(address));
	const uint8_t *content =
		pointer ? kernel_image_find_bytes(image, address, to->size - start)
			: NULL;
	if (!content || memcmp(content, to->section->data + to->offset + start,
				to->size - start) != 0)
		return error_refused("not-reproduced",
			"%s: %s+0x%" PRIx64 ": does not point to what vmlinux has there",
			unit->object, constant->name, field);
	*symbol = (struct outward_symbol){.name = to->section->name, .address = address};
	return NULL;
}
