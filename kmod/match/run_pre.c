// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/run_pre.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "kmod/change/trampoline.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/fentry_kind.h"
#include "kmod/match/patch_site.h"
#include "kmod/match/update_image.h"

#define SHOWN_BYTES 8
#define OPCODE_INT3 0xcc
#define OPCODE_JUMP 0xe9

/* One hunk while it is compared. */
struct run_pre {
	const struct update_image *image;
	const struct ksplice_hunk *hunk;
	const struct ksplice_site *sites;
	const struct ksplice_site *site_end;
	unsigned long address; /* where memory was read */
	const u8 *linked;
	u8 *memory;   /* hunk->size bytes that were read */
	u8 *expected; /* and that must be there: as linked, until the sites are written */
};

static struct site_view make_view(
	const struct run_pre *state, const struct ksplice_site *site)
{
	return (struct site_view){
		.site = site,
		.targets = &state->image->table,
		.data = state->image->match + site->data,
		.memory = state->memory + site->offset,
		.code = state->expected + site->offset,
		.room = state->hunk->size - site->offset,
		.address = state->address + site->offset,
	};
}

/* Does to the bytes as linked what boot, or the module's loader, did to the code. */
static void write_sites(const struct run_pre *state)
{
	const struct ksplice_site *site;
	unsigned int step;

	for (step = 0; step < PATCH_SITE_STEPS; step++) {
		for (site = state->sites; site < state->site_end; site++) {
			struct site_view view = make_view(state, site);

			if (patch_site_step(site) == step)
				patch_site_write(&view);
		}
	}
}

static const char *explain_mismatch(
	const struct run_pre *state, const struct ksplice_site *site, u8 found)
{
	if (state->hunk->kind == KSPLICE_HUNK_DATA)
		return "";
	if (found == OPCODE_INT3)
		return " (a breakpoint: a kprobe?)";
	if (found == OPCODE_JUMP && !site)
		return " (a jump: an optimised kprobe, or another patch?)";
	if (site && site->kind == KSPLICE_SITE_FENTRY)
		return " (not ftrace's: another patch?)";
	return "";
}

static void report_mismatch(
	const struct run_pre *state, const struct ksplice_site *site, u32 offset)
{
	u32 end = site ? site->offset + site->length : state->hunk->size;
	int shown;

	if (site)
		offset = site->offset;
	shown = min_t(u32, SHOWN_BYTES, end - offset);
	problem_add("%s: %s+0x%x: memory has %*ph, but the build has %*ph%s%s%s",
		update_image_target(state->image, state->hunk),
		update_image_name(state->image, state->hunk), offset, shown,
		state->memory + offset, shown, state->expected + offset,
		site ? " in a site of kind " : "",
		site ? patch_site_name(site->kind) : "",
		explain_mismatch(state, site, state->memory[offset]));
}

/* The smallest site that the byte is in; NULL if it is in none. */
static const struct ksplice_site *find_site(const struct run_pre *state, u32 offset)
{
	const struct ksplice_site *found = NULL;
	const struct ksplice_site *site;

	for (site = state->sites; site < state->site_end; site++)
		if (site->offset <= offset && offset - site->offset < site->length &&
			(!found || site->length < found->length))
			found = site;
	return found;
}

/* Will the byte change of itself, in a moment? */
static bool is_switching(
	const struct run_pre *state, const struct ksplice_site *site)
{
	struct site_view view;

	if (!site)
		return false;
	view = make_view(state, site);
	return site_form_is_switching(&view);
}

static int compare(const struct run_pre *state, bool is_final)
{
	u32 size = state->hunk->size;
	const struct ksplice_site *site;
	u32 offset = 0;

	if (!memcmp(state->memory, state->expected, size))
		return 0;
	while (state->memory[offset] == state->expected[offset])
		offset++;
	site = find_site(state, offset);
	if (!is_final && is_switching(state, site))
		return -EAGAIN;
	report_mismatch(state, site, offset);
	return -EINVAL;
}

/*
 * Static calls and jump labels are rewritten at any time, by code that stops the machine
 * when it does not find what it expects; so the trampoline must not lie on one.
 */
static int check_trampoline_place(const struct run_pre *state)
{
	u32 start = state->hunk->jump;
	const struct ksplice_site *site = state->sites;

	if (state->hunk->kind != KSPLICE_HUNK_FUNCTION)
		return 0;
	for (; site < state->site_end; site++) {
		if (site->offset >= start + TRAMPOLINE_SIZE ||
			site->offset + site->length <= start ||
			!patch_site_is_rewritten(site, state->memory + site->offset))
			continue;
		problem_add(
			"%s: %s+0x%x: the jump to the new code would overwrite a site of "
			"kind %s, which the kernel rewrites",
			update_image_target(state->image, state->hunk),
			update_image_name(state->image, state->hunk), start,
			patch_site_name(site->kind));
		return -EINVAL;
	}
	return 0;
}

static int match_hunk(const struct update_image *image, const struct ksplice_hunk *hunk,
	run_pre_restore_t *restore, bool is_final)
{
	struct run_pre state = {
		.image = image,
		.hunk = hunk,
		.sites = image->sites + hunk->first_site,
		.site_end = image->sites + hunk->first_site + hunk->site_count,
		.address = update_image_address(image, hunk),
		.linked = image->match + hunk->bytes,
		.memory = image->scratch,
		.expected = image->scratch + hunk->size,
	};
	int result = copy_from_kernel_nofault(
		state.memory, (void *)state.address, hunk->size);

	if (result) {
		problem_add("%s: %s: cannot be read", update_image_target(image, hunk),
			update_image_name(image, hunk));
		return result;
	}
	if (restore)
		restore(state.address, state.memory, hunk->size);
	memcpy(state.expected, state.linked, hunk->size);
	write_sites(&state);
	result = compare(&state, is_final);
	if (!result)
		result = check_trampoline_place(&state);
	return result;
}

int run_pre_match(const struct update_image *image, run_pre_restore_t *restore,
	bool is_final)
{
	const struct ksplice_hunk *hunk;
	int result;

	lockdep_assert_held(kernel_private.text_mutex);
	update_image_foreach_hunk(hunk, image) {
		result = match_hunk(image, hunk, restore, is_final);
		if (result)
			return result;
	}
	return 0;
}
