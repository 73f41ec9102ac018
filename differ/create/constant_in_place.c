// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/constant_in_place.h"

#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/error.h"
#include "lib/memory.h"

static bool reloc_resolves(const struct piece_set *set, const struct piece *piece,
	const struct elf_reloc *reloc, struct piece_target *target)
{
	*target = (struct piece_target){0};
	struct error *unclear = piece_resolve_reloc(set, piece, reloc, target);
	error_free(unclear);
	return !unclear;
}

bool constant_points_into_code(const struct piece_set *set, const struct piece *piece)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		struct piece_target target;
		if (!reloc_resolves(set, piece, &piece->relocs[i], &target))
			return true;
		if (target.piece && target.piece->role == SECTION_CODE && target.offset)
			return true;
	}
	return false;
}

bool constant_is_replaceable(const struct piece_set *post, const struct piece *piece)
{
	const struct piece *twin = piece->twin;
	bool is_constant = piece->kind == SECTION_KIND_CONSTANT ||
			   piece->kind == SECTION_KIND_RO_AFTER_INIT;
	return is_constant && piece->role == SECTION_DATA &&
	       piece->state == PIECE_CHANGED && piece->symbol && piece->identity[0] &&
	       piece->section->data && twin->kind == piece->kind &&
	       twin->size == piece->size &&
	       twin->section->alignment == piece->section->alignment &&
	       !constant_points_into_code(post, piece);
}

/* Bytes and nothing else, which no symbol names. */
static bool target_is_plain(const struct piece_target *target)
{
	const struct piece *to = target->piece;
	return to && !to->reloc_count && to->section->data &&
	       (to->role == SECTION_MERGED ||
		       (to->role == SECTION_DATA && !to->symbol &&
			       to->kind == SECTION_KIND_CONSTANT)) &&
	       target->offset >= 0 && (uint64_t)target->offset < to->size;
}

static bool target_has_content_of(
	const struct piece_target *target, const struct piece_target *other)
{
	const struct piece *to = target->piece;
	const struct piece *from = other->piece;
	uint64_t size = to->size - (uint64_t)target->offset;
	return size == from->size - (uint64_t)other->offset &&
	       memcmp(to->section->data + to->offset + target->offset,
		       from->section->data + from->offset + other->offset, size) == 0;
}

static const struct elf_reloc *piece_find_field(
	const struct piece *piece, uint64_t offset, uint32_t type)
{
	for (size_t i = 0; i < piece->reloc_count; i++) {
		const struct elf_reloc *reloc = &piece->relocs[i];
		if (reloc->offset - piece->offset == offset && reloc->type == type)
			return reloc;
	}
	return NULL;
}

void constant_set_in_place(
	const struct piece_set *pre, const struct piece_set *post, struct piece *piece)
{
	const struct piece *twin = piece->twin;
	piece->in_place = true;
	piece->kept = memory_allocate(piece->reloc_count + 1);
	for (size_t i = 0; i < piece->reloc_count; i++) {
		const struct elf_reloc *reloc = &piece->relocs[i];
		const struct elf_reloc *old = piece_find_field(
			twin, reloc->offset - piece->offset, reloc->type);
		struct piece_target target;
		struct piece_target old_target;
		piece->kept[i] = old && reloc_resolves(post, piece, reloc, &target) &&
				 reloc_resolves(pre, twin, old, &old_target) &&
				 target_is_plain(&target) &&
				 target_is_plain(&old_target) &&
				 target_has_content_of(&target, &old_target);
	}
}

bool constant_keeps_field(const struct piece *piece, const struct elf_reloc *reloc)
{
	return piece->in_place && piece->kept[reloc - piece->relocs];
}
