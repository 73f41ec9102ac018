// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/recorder/bound_code.h"

#include <stdint.h>
#include <string.h>

#include "differ/elf/disassembly.h"
#include "differ/elf/elf_object.h"
#include "differ/piece/piece.h"
#include "differ/piece/piece_reference.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"

/* One instruction, and its branch if it is one. */
struct bound_instruction {
	const uint8_t *bytes;
	uint64_t start; /* in the piece */
	uint64_t size;
	const struct elf_reloc *relocs;
	size_t reloc_count;
	unsigned kind;  /* condition or call; 0: no branch that the assembler bound */
	int64_t target; /* in the section */
};

struct bound_walk {
	const struct piece_set *set;
	const struct piece *piece;
	uint64_t at;
};

struct bound_pair {
	uint64_t pre;
	uint64_t post;
};

/* The kind is the short form's opcode; a branch may be short in one and near in the
 * other. */
static const struct bound_form {
	uint8_t first;
	uint8_t last;
	uint8_t escape; /* the byte in front, or 0 */
	uint8_t width;
	uint8_t kind; /* of first; the others follow */
} bound_forms[] = {
	{0xe8, 0xe8, 0, 4, 0xe8},
	{0xe9, 0xe9, 0, 4, 0xeb},
	{0xeb, 0xeb, 0, 1, 0xeb},
	{0x70, 0x7f, 0, 1, 0x70},
	{0x80, 0x8f, 0x0f, 4, 0x70},
	{0xe0, 0xe3, 0, 1, 0xe0},
};

static void bound_read_branch(
	const struct bound_walk *walk, struct bound_instruction *instruction)
{
	for (size_t i = 0; i < sizeof(bound_forms) / sizeof(bound_forms[0]); i++) {
		const struct bound_form *form = &bound_forms[i];
		uint64_t opcode = form->escape != 0;
		if (instruction->size != opcode + 1 + form->width ||
			(opcode && instruction->bytes[0] != form->escape) ||
			instruction->bytes[opcode] < form->first ||
			instruction->bytes[opcode] > form->last)
			continue;
		int32_t displacement = (int8_t)instruction->bytes[opcode + 1];
		if (form->width == 4)
			memcpy(&displacement, instruction->bytes + opcode + 1, 4);
		instruction->kind = form->kind + instruction->bytes[opcode] - form->first;
		instruction->target =
			(int64_t)(walk->piece->offset + walk->at) + displacement;
	}
}

/* The next instruction; false if it cannot be decoded. */
static bool bound_take(struct bound_walk *walk, struct bound_instruction *instruction)
{
	const struct piece *piece = walk->piece;
	const uint8_t *code = piece->section->data + piece->offset;
	uint64_t end = disassembly_find_end(code, piece->size, walk->at);
	if (end <= walk->at || end > piece->size)
		return false;
	*instruction = (struct bound_instruction){
		.bytes = code + walk->at, .start = walk->at, .size = end - walk->at};
	for (size_t i = 0; i < piece->reloc_count; i++) {
		uint64_t offset = piece->relocs[i].offset - piece->offset;
		if (offset < walk->at || offset >= end)
			continue;
		if (!instruction->reloc_count++)
			instruction->relocs = &piece->relocs[i];
	}
	walk->at = end;
	if (!instruction->reloc_count)
		bound_read_branch(walk, instruction);
	return true;
}

static bool bound_target_is_equal(
	const struct piece_target *pre, const struct piece_target *post)
{
	if (pre->offset != post->offset || !pre->outside != !post->outside)
		return false;
	if (pre->outside)
		return strcmp(pre->outside, post->outside) == 0;
	return pre->piece->identity[0] &&
	       strcmp(pre->piece->identity, post->piece->identity) == 0;
}

static bool bound_relocs_are_equal(const struct bound_walk *pre_walk,
	const struct bound_instruction *pre, const struct bound_walk *post_walk,
	const struct bound_instruction *post)
{
	if (pre->reloc_count != post->reloc_count || pre->size != post->size)
		return false;
	uint8_t is_filled[16] = {0};
	for (size_t i = 0; i < pre->reloc_count; i++) {
		const struct elf_reloc *old = &pre->relocs[i];
		const struct elf_reloc *new = &post->relocs[i];
		struct piece_target old_target;
		struct piece_target new_target;
		uint64_t place = old->offset - pre_walk->piece->offset - pre->start;
		if (old->type != new->type ||
			place != new->offset - post_walk->piece->offset - post->start)
			return false;
		scope_error struct error *old_error = piece_resolve_reloc(
			pre_walk->set, pre_walk->piece, old, &old_target);
		scope_error struct error *new_error = piece_resolve_reloc(
			post_walk->set, post_walk->piece, new, &new_target);
		if (old_error || new_error ||
			!bound_target_is_equal(&old_target, &new_target))
			return false;
		memset(is_filled + place, 1, elf_reloc_width(old->type));
	}
	for (size_t i = 0; i < pre->size; i++) {
		if (!is_filled[i] && pre->bytes[i] != post->bytes[i])
			return false;
	}
	return true;
}

/* The place in the piece that a branch leads to; false if it leads out of it. */
static bool bound_find_inner(
	const struct bound_walk *walk, int64_t target, uint64_t *offset)
{
	int64_t start = (int64_t)walk->piece->offset;
	if (target < start || target >= start + (int64_t)walk->piece->size)
		return false;
	*offset = (uint64_t)(target - start);
	return true;
}

static bool bound_outer_is_equal(const struct bound_walk *pre_walk, int64_t pre_target,
	const struct bound_walk *post_walk, int64_t post_target)
{
	if (pre_target < 0 || post_target < 0)
		return false;
	const struct piece *pre = piece_set_find(
		pre_walk->set, pre_walk->piece->section, (uint64_t)pre_target);
	const struct piece *post = piece_set_find(
		post_walk->set, post_walk->piece->section, (uint64_t)post_target);
	return pre && post && strcmp(pre->identity, post->identity) == 0 &&
	       (uint64_t)pre_target - pre->offset == (uint64_t)post_target - post->offset;
}

bool bound_code_is_equal(const struct piece_set *pre_set, const struct piece *pre,
	const struct piece_set *post_set, const struct piece *post)
{
	struct bound_walk old_walk = {pre_set, pre, 0};
	struct bound_walk new_walk = {post_set, post, 0};
	/* By the first: where an instruction went to, one more than that. */
	scope_free uint64_t *moved = memory_allocate((pre->size + 1) * sizeof(*moved));
	array_of(struct bound_pair) inner = {0};
	bool is_equal = true;
	while (is_equal && old_walk.at < pre->size && new_walk.at < post->size) {
		struct bound_instruction old;
		struct bound_instruction new;
		moved[old_walk.at] = new_walk.at + 1;
		is_equal = bound_take(&old_walk, &old) && bound_take(&new_walk, &new);
		if (!is_equal || !old.kind || old.kind != new.kind) {
			is_equal = is_equal && bound_relocs_are_equal(
						       &old_walk, &old, &new_walk, &new);
			continue;
		}
		struct bound_pair pair;
		if (bound_find_inner(&old_walk, old.target, &pair.pre) &&
			bound_find_inner(&new_walk, new.target, &pair.post))
			*array_add(&inner) = pair;
		else
			is_equal = bound_outer_is_equal(
				&old_walk, old.target, &new_walk, new.target);
	}
	is_equal = is_equal && old_walk.at == pre->size && new_walk.at == post->size;
	array_foreach (pair, &inner)
		is_equal = is_equal && moved[pair->pre] == pair->post + 1;
	free(inner.items);
	return is_equal;
}
