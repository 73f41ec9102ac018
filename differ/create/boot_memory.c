// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/boot_memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "abi/record.h"
#include "differ/create/update_target.h"
#include "differ/create/update_unit.h"
#include "differ/elf/elf_object.h"
#include "differ/elf/kernel_section.h"
#include "differ/index/placement.h"
#include "differ/piece/piece.h"
#include "differ/tree/kernel_image.h"
#include "lib/text.h"

/* include/asm-generic/vmlinux.lds.h: MEM_KEEP, MEM_DISCARD */
static const char prefix[] = ".meminit.";

static bool address_is_freed(const struct kernel_image *image, uint64_t address)
{
	const struct elf_symbol *begin = kernel_image_find_global(image, "__init_begin");
	const struct elf_symbol *end = kernel_image_find_global(image, "__init_end");
	return begin && end && address >= begin->value && address < end->value;
}

/* Our compiles give each variable a section of its own, whose name begins with that of
 * the section in which the build left all of them. */
static void pieces_settle(const struct piece_set *set, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; i < set->count; i++) {
		struct piece *piece = &set->pieces[i];
		const char *section = piece->section->name;
		bool is_there = text_has_prefix(section, name) &&
				(!section[length] || text_has_prefix(section + length,
							     KSPLICE_SPLIT_MARK));
		if (is_there)
			piece->kind = SECTION_KIND_INIT;
	}
}

void boot_memory_settle(struct update_unit *unit)
{
	/* The module loader keeps such sections. */
	if (unit->target->module)
		return;
	for (size_t i = 1; i < unit->original->section_count; i++) {
		const struct elf_section *section = &unit->original->sections[i];
		const struct placement *place = &unit->places[i];
		if (text_has_prefix(section->name, prefix) &&
			place->state == PLACEMENT_PROVEN &&
			address_is_freed(unit->target->image, place->address)) {
			pieces_settle(unit->pre_pieces, section->name);
			pieces_settle(unit->post_pieces, section->name);
		}
	}
}
