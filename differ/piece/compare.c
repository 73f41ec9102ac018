// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/compare.h"

#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/piece/correlate.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/error.h"

/* Nameless constants may point to nameless constants; this deep they are followed. */
static const int depth_most = 8;

struct comparing {
	const struct piece_set *pre;
	const struct piece_set *post;
};

static bool comparing_is_equal(const struct comparing *comparing, const struct piece *pre,
	const struct piece *post, int depth, uint64_t *difference);

static bool comparing_reloc_is_equal(const struct comparing *comparing,
	const struct piece *pre, const struct elf_reloc *pre_reloc,
	const struct piece *post, const struct elf_reloc *post_reloc, int depth)
{
	struct piece_target old;
	struct piece_target new;
	if (pre_reloc->type != post_reloc->type)
		return false;
	if (pre_reloc == pre->idle_reloc && post_reloc == post->idle_reloc)
		return true;
	scope_error struct error *pre_problem =
		piece_resolve_reloc(comparing->pre, pre, pre_reloc, &old);
	scope_error struct error *post_problem =
		piece_resolve_reloc(comparing->post, post, post_reloc, &new);
	/* What cannot be understood is taken for a change; if it has to travel, that
	 * is when its problem is reported. */
	if (pre_problem || post_problem || old.offset != new.offset)
		return false;
	if (old.outside || new.outside)
		return old.outside && new.outside &&strcmp(old.outside, new.outside) == 0;
	if (old.piece->identity[0] || new.piece->identity[0])
		return strcmp(old.piece->identity, new.piece->identity) == 0;
	return depth < depth_most &&
	       comparing_is_equal(comparing, old.piece, new.piece, depth + 1, NULL);
}

static bool comparing_is_equal(const struct comparing *comparing, const struct piece *pre,
	const struct piece *post, int depth, uint64_t *difference)
{
	uint64_t size = pre->size < post->size ? pre->size : post->size;
	uint64_t ignored;
	if (!difference)
		difference = &ignored;
	const uint8_t *old = pre->section->data;
	const uint8_t *new = post->section->data;
	if (!old || !new) { /* .bss has a size alone */
		*difference = size;
		return !old && !new && pre->size == post->size;
	}
	uint64_t at = 0;
	size_t next = 0;
	while (at < size) {
		bool has_old = next < pre->reloc_count;
		bool has_new = next < post->reloc_count;
		uint64_t old_end =
			has_old ? pre->relocs[next].offset - pre->offset : size;
		uint64_t new_end =
			has_new ? post->relocs[next].offset - post->offset : size;
		uint64_t end = old_end < new_end ? old_end : new_end;
		for (; at < end && at < size; at++) {
			if (old[pre->offset + at] != new[post->offset + at]) {
				*difference = at;
				return false;
			}
		}
		if (at >= size)
			break;
		if (old_end != new_end ||
			!comparing_reloc_is_equal(comparing, pre, &pre->relocs[next],
				post, &post->relocs[next], depth)) {
			*difference = at;
			return false;
		}
		at += elf_reloc_width(pre->relocs[next].type);
		next++;
	}
	*difference = size;
	return pre->size == post->size && pre->reloc_count == post->reloc_count;
}

/* An entry that is not the same makes the function changed that it is about. */
static void compare_pass_to_owners(struct piece_set *set, bool is_pre)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct piece *piece = &set->pieces[i];
		if (piece->role != SECTION_TABLE && piece->role != SECTION_REPLACEMENT &&
			piece->role != SECTION_AUXILIARY)
			continue;
		if (!piece->owner || piece->state == PIECE_SAME ||
			(piece->known && piece->known->is_derived))
			continue;
		struct piece *owner = is_pre ? piece->owner->twin : piece->owner;
		if (owner && owner->state == PIECE_SAME)
			owner->state = PIECE_CHANGED;
	}
}

void compare_pieces(struct piece_set *pre, struct piece_set *post)
{
	struct comparing comparing = {pre, post};
	correlate_pieces(pre, post);
	for (size_t i = 0; i < pre->count; i++)
		pre->pieces[i].state = PIECE_NEW;
	for (size_t i = 0; i < post->count; i++) {
		struct piece *piece = &post->pieces[i];
		piece->state = PIECE_NEW;
		if (!piece->twin)
			continue;
		bool is_same =
			comparing_is_equal(&comparing, piece->twin, piece, 0, NULL);
		piece->state = is_same ? PIECE_SAME : PIECE_CHANGED;
		piece->twin->state = piece->state;
	}
	compare_pass_to_owners(post, false);
	compare_pass_to_owners(pre, true);
}

bool compare_find_difference(const struct piece_set *pre, const struct piece_set *post,
	const struct piece *piece, uint64_t *offset)
{
	struct comparing comparing = {pre, post};
	uint64_t found;
	if (!piece->twin || comparing_is_equal(&comparing, piece->twin, piece, 0, &found))
		return false;
	*offset = found;
	return true;
}
