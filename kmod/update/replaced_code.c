// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/replaced_code.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "kmod/kernel/problem.h"
#include "kmod/match/update_image.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_part.h"

static struct rb_root codes = RB_ROOT;

const char *replacement_target(const struct replacement *replacement)
{
	return update_image_target(&replacement->part->image, replacement->hunk);
}

const char *replacement_name(const struct replacement *replacement)
{
	return update_image_name(&replacement->part->image, replacement->hunk);
}

/* A record that has a byte of that range, or NULL; *parent and *link are where a new one
 * belongs. Records do not overlap, so one that is neither below nor above is it. */
static struct replaced_code *find_overlap(
	unsigned long address, u32 size, struct rb_node **parent, struct rb_node ***link)
{
	*link = &codes.rb_node;
	*parent = NULL;
	while (**link) {
		struct replaced_code *code = rb_entry(**link, struct replaced_code, node);

		*parent = **link;
		if (address + size <= code->address)
			*link = &(*parent)->rb_left;
		else if (address >= code->address + code->size)
			*link = &(*parent)->rb_right;
		else
			return code;
	}
	return NULL;
}

static void free_code(struct replaced_code *code)
{
	kfree(code->target);
	kfree(code->name);
	kvfree(code->original);
	kfree(code);
}

static struct replaced_code *make_code(
	unsigned long address, const struct replacement *replacement)
{
	const struct ksplice_hunk *hunk = replacement->hunk;
	bool is_function = hunk->kind == KSPLICE_HUNK_FUNCTION;
	struct replaced_code *code = kzalloc(sizeof(*code), GFP_KERNEL);

	if (!code)
		return NULL;
	code->address = address;
	code->size = hunk->size;
	code->kind = hunk->kind;
	code->write_offset = is_function ? hunk->jump : 0;
	if (hunk->kind != KSPLICE_HUNK_PART)
		code->write_size = is_function ? TRAMPOLINE_SIZE : hunk->size;
	INIT_LIST_HEAD(&code->layers);
	INIT_LIST_HEAD(&code->touched);
	/* Copies, because it may outlive the update that made it. */
	code->target = kstrdup(replacement_target(replacement), GFP_KERNEL);
	code->name = kstrdup(replacement_name(replacement), GFP_KERNEL);
	code->original = kvmalloc(code->write_size + 1, GFP_KERNEL);
	if (code->target && code->name && code->original)
		return code;
	free_code(code);
	return NULL;
}

static bool is_same(const struct replaced_code *code, unsigned long address,
	const struct ksplice_hunk *hunk)
{
	return code->address == address && code->size == hunk->size &&
	       code->kind == hunk->kind && code->write_offset == hunk->jump;
}

/* Who else has something in the record. */
static int join_code(struct replacement *replacement)
{
	const struct ksplice_hunk *hunk = replacement->hunk;
	const struct update_image *image = &replacement->part->image;
	unsigned long address = update_image_address(image, hunk);
	struct rb_node **link, *parent;
	struct replaced_code *code = find_overlap(address, hunk->size, &parent, &link);

	if (code && !is_same(code, address, hunk)) {
		problem_add(
			"%s: %s: overlaps code or a constant that this update or "
			"another one has with other bounds",
			update_image_target(image, hunk), update_image_name(image, hunk));
		return -EEXIST;
	}
	if (!code) {
		code = make_code(address, replacement);
		if (!code)
			return -ENOMEM;
		rb_link_node(&code->node, parent, link);
		rb_insert_color(&code->node, &codes);
	}
	code->user_count++;
	replacement->code = code;
	return 0;
}

static int init_jump(struct replacement *replacement)
{
	const struct ksplice_hunk *hunk = replacement->hunk;
	const struct replaced_code *code = replacement->code;
	int result = trampoline_make_jump(
		code->address + code->write_offset, hunk->post, replacement->jump);

	replacement->bytes = replacement->jump;
	if (result)
		problem_add("%s: %s+0x%x: its new code is too far away for a jump",
			replacement_target(replacement), replacement_name(replacement),
			hunk->jump);
	return result;
}

int replacement_init(struct replacement *replacement, struct update_part *part,
	const struct ksplice_hunk *hunk)
{
	int result;

	update_lock_assert_held();
	INIT_LIST_HEAD(&replacement->layer);
	replacement->part = part;
	replacement->hunk = hunk;
	replacement->bytes = (const void *)(unsigned long)hunk->post;
	result = join_code(replacement);
	if (!result && hunk->kind == KSPLICE_HUNK_FUNCTION)
		result = init_jump(replacement);
	return result;
}

void replacement_deinit(struct replacement *replacement)
{
	struct replaced_code *code = replacement->code;

	update_lock_assert_held();
	if (!code)
		return;
	replacement->code = NULL;
	if (--code->user_count)
		return;
	rb_erase(&code->node, &codes);
	free_code(code);
}

struct replacement *replaced_code_newest(const struct replaced_code *code)
{
	return list_empty(&code->layers)
		       ? NULL
		       : list_last_entry(&code->layers, struct replacement, layer);
}

static bool is_leaving(const struct replacement *layer)
{
	return layer->part->fate == PART_LEAVES;
}

struct replacement *replaced_code_staying(const struct replaced_code *code)
{
	struct replacement *layer;

	list_for_each_entry_reverse (layer, &code->layers, layer) {
		if (!is_leaving(layer))
			return layer;
	}
	return NULL;
}

static const u8 *layer_bytes(
	const struct replaced_code *code, const struct replacement *layer)
{
	return layer ? layer->bytes : code->original;
}

const u8 *replaced_code_before(const struct replaced_code *code)
{
	return layer_bytes(code, replaced_code_newest(code));
}

const u8 *replaced_code_after(const struct replaced_code *code)
{
	return layer_bytes(
		code, code->entering ? code->entering : replaced_code_staying(code));
}

struct stack_range replaced_code_danger(const struct replaced_code *code)
{
	bool has_jump = code->kind == KSPLICE_HUNK_FUNCTION;

	return (struct stack_range){
		.start =
			has_jump ? code->address + code->write_offset + 1 : code->address,
		.end = code->address + code->size,
		.entry = code->address,
	};
}

int replaced_code_save(struct replaced_code *code)
{
	if (!list_empty(&code->layers))
		return 0;
	return copy_from_kernel_nofault(code->original,
		(void *)(code->address + code->write_offset), code->write_size);
}

/* What both ranges have in common, from the one to the other. */
static void copy_common(
	unsigned long address, u8 *memory, u32 size, const struct replaced_code *code)
{
	unsigned long written = code->address + code->write_offset;
	unsigned long start = max(address, written);
	unsigned long end = min(address + size, written + code->write_size);

	if (start < end)
		memcpy(memory + (start - address), code->original + (start - written),
			end - start);
}

/* The first record that ends behind that address. */
static struct replaced_code *find_first(unsigned long address)
{
	struct rb_node *node = codes.rb_node;
	struct replaced_code *first = NULL;

	while (node) {
		struct replaced_code *code = rb_entry(node, struct replaced_code, node);

		if (code->address + code->size > address) {
			first = code;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return first;
}

void replaced_code_restore(unsigned long address, u8 *memory, u32 size)
{
	struct replaced_code *code = find_first(address);

	update_lock_assert_held();
	while (code && code->address < address + size) {
		if (!list_empty(&code->layers))
			copy_common(address, memory, size, code);
		code = rb_entry_safe(rb_next(&code->node), struct replaced_code, node);
	}
}

void replaced_code_commit(struct replaced_code *code)
{
	struct replacement *layer, *next;

	update_lock_assert_held();
	list_for_each_entry_safe (layer, next, &code->layers, layer) {
		if (is_leaving(layer))
			list_del_init(&layer->layer);
	}
	if (code->entering)
		list_add_tail(&code->entering->layer, &code->layers);
}

void replaced_code_end(struct replaced_code *code)
{
	list_del_init(&code->touched);
	code->entering = NULL;
}
