// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/run_pre.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "kmod/change/trampoline.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/patch_site.h"
#include "kmod/match/update_image.h"

#define SHOWN_BYTES 8
#define OPCODE_NOP 0x90
#define OPCODE_INT3 0xcc
#define OPCODE_JUMP 0xe9

/* One hunk while it is compared. */
struct run_pre {
	const struct update_image *image;
	const struct ksplice_hunk *hunk;
	const struct ksplice_site *site; /* the first that does not start before offset */
	const struct ksplice_site *site_end;
	const u8 *linked;
	const u8 *memory;
	unsigned long address; /* where memory was read */
	u32 offset;
	u32 nops_end; /* behind the alternatives that started so far */
};

static const char *explain_mismatch(u32 kind, u8 found, bool is_site)
{
	if (kind == KSPLICE_HUNK_DATA)
		return "";
	if (found == OPCODE_INT3)
		return " (a breakpoint: a kprobe?)";
	if (found == OPCODE_JUMP && !is_site)
		return " (a jump: an optimised kprobe, or another patch?)";
	return "";
}

static int report_mismatch(const struct run_pre *state)
{
	u32 offset = state->offset;
	int shown = min_t(u32, SHOWN_BYTES, state->hunk->size - offset);
	bool is_site = state->site < state->site_end && state->site->offset == offset;

	problem_add("%s: %s+0x%x: memory has %*ph, and the build has %*ph%s%s%s",
		update_image_target(state->image, state->hunk),
		update_image_name(state->image, state->hunk), offset, shown,
		state->memory + offset, shown, state->linked + offset,
		is_site ? " in a site of kind " : "",
		is_site ? patch_site_name(state->site->kind) : "",
		explain_mismatch(state->hunk->kind, state->memory[offset], is_site));
	return -EINVAL;
}

/* The length of the site, of those that start here, whose form is in memory; 0 if none.
 * Several may start here: the alternatives of one place, and what they replace. */
static u32 match_site(struct run_pre *state)
{
	const struct ksplice_site *site;

	while (state->site < state->site_end && state->site->offset < state->offset)
		state->site++;
	for (site = state->site; site < state->site_end && site->offset == state->offset;
		site++) {
		struct patch_site_view view = {
			.site = site,
			.targets = &state->image->table,
			.data = state->image->match + site->data,
			.linked = state->linked + state->offset,
			.memory = state->memory + state->offset,
			.address = state->address + state->offset,
		};

		if (site->kind == KSPLICE_SITE_ALTERNATIVE)
			state->nops_end =
				max(state->nops_end, site->offset + site->length);
		if (patch_site_accepts(&view))
			return site->length;
	}
	return 0;
}

/* In alternatives that were not taken, runs of one-byte nops are made longer ones. */
static u32 match_nops(const struct run_pre *state)
{
	u32 size = 0;

	while (state->offset + size < state->nops_end &&
		state->linked[state->offset + size] == OPCODE_NOP)
		size++;
	return size && patch_site_is_nops(state->memory + state->offset, size) ? size : 0;
}

static int match_bytes(struct run_pre *state)
{
	while (state->offset < state->hunk->size) {
		u32 length = match_site(state);

		if (!length)
			length = match_nops(state);
		if (!length &&
			state->linked[state->offset] == state->memory[state->offset])
			length = 1;
		if (!length)
			return report_mismatch(state);
		state->offset += length;
	}
	return 0;
}

/*
 * Static calls and jump labels are rewritten at any time, by code that stops the machine
 * when it does not find what it expects; so the trampoline must not lie on one.
 */
static int check_trampoline_place(const struct run_pre *state)
{
	u32 start = state->hunk->jump;
	const struct ksplice_site *site = state->image->sites + state->hunk->first_site;

	if (state->hunk->kind != KSPLICE_HUNK_FUNCTION)
		return 0;
	for (; site < state->site_end; site++) {
		if (site->offset >= start + TRAMPOLINE_SIZE ||
			site->offset + site->length <= start ||
			!patch_site_is_rewritten(site, state->memory + site->offset))
			continue;
		problem_add(
			"%s: %s+0x%x: the jump to the new code would lie on a site of "
			"kind %s, which the kernel rewrites",
			update_image_target(state->image, state->hunk),
			update_image_name(state->image, state->hunk), start,
			patch_site_name(site->kind));
		return -EINVAL;
	}
	return 0;
}

static int match_hunk(const struct update_image *image, const struct ksplice_hunk *hunk,
	run_pre_restore_t *restore)
{
	struct run_pre state = {
		.image = image,
		.hunk = hunk,
		.site = image->sites + hunk->first_site,
		.site_end = image->sites + hunk->first_site + hunk->site_count,
		.linked = image->match + hunk->bytes,
		.address = update_image_address(image, hunk),
	};
	int result = -ENOMEM;
	u8 *memory = kvmalloc(hunk->size, GFP_KERNEL);

	if (!memory)
		return result;
	result = copy_from_kernel_nofault(memory, (void *)state.address, hunk->size);
	if (result) {
		problem_add("%s: %s: cannot be read", update_image_target(image, hunk),
			update_image_name(image, hunk));
		goto out_free;
	}
	restore(state.address, memory, hunk->size);
	state.memory = memory;
	result = match_bytes(&state);
	if (!result)
		result = check_trampoline_place(&state);
out_free:
	kvfree(memory);
	return result;
}

int run_pre_match(const struct update_image *image, run_pre_restore_t *restore)
{
	const struct ksplice_hunk *hunk;
	int result;

	update_image_foreach_hunk(hunk, image) {
		result = match_hunk(image, hunk, restore);
		if (result)
			return result;
	}
	return 0;
}
