// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_guard.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "kmod/change/breakpoint_path.h"
#include "kmod/change/probe_guard.h"
#include "kmod/change/trampoline.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/update_image.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_lock.h"

static bool is_code(const struct ksplice_hunk *hunk)
{
	return hunk->kind != KSPLICE_HUNK_DATA;
}

static struct probe_guard_place find_place(
	const struct update_image *image, const struct ksplice_hunk *hunk)
{
	unsigned long address = update_image_address(image, hunk);
	bool has_jump = hunk->kind == KSPLICE_HUNK_FUNCTION;

	return (struct probe_guard_place){
		.start = address,
		.jump = has_jump ? address + hunk->jump : address,
		.jump_size = has_jump ? TRAMPOLINE_SIZE : 0,
		.end = address + hunk->size,
		.object = update_image_target(image, hunk),
		.name = update_image_name(image, hunk),
	};
}

static int check_breakpoint(const struct probe_guard_place *place)
{
	if (!place->jump_size || !breakpoint_path_has(place->start, place->name))
		return 0;
	problem_add("%s: %s: may run while a breakpoint is handled, so it cannot be "
		    "replaced safely",
		place->object, place->name);
	return -EPERM;
}

static int reserve_hunk(struct live_update *update, const struct ksplice_hunk *hunk)
{
	struct probe_guard_place place = find_place(&update->image, hunk);
	struct probe_guard *guard;
	int result = check_breakpoint(&place);

	if (!result)
		result = probe_guard_reserve(&place, &guard);
	if (!result)
		update->guards[update->guard_count++] = guard;
	return result;
}

static void release_all(struct live_update *update)
{
	size_t i;

	for (i = 0; i < update->guard_count; i++)
		probe_guard_release(update->guards[i]);
	kvfree(update->guards);
	update->guards = NULL;
	update->guard_count = 0;
}

static int reserve_all(struct live_update *update)
{
	const struct update_image *image = &update->image;
	const struct ksplice_hunk *hunk;
	int result = 0;

	update->guards = kvcalloc(
		image->header->hunk_count + 1, sizeof(*update->guards), GFP_KERNEL);
	if (!update->guards)
		return -ENOMEM;
	update_image_foreach_hunk (hunk, image) {
		if (is_code(hunk))
			result = reserve_hunk(update, hunk);
		if (result)
			break;
	}
	if (result)
		release_all(update);
	return result;
}

static int check_all(const struct live_update *update)
{
	size_t i;

	for (i = 0; i < update->guard_count; i++) {
		int result = update->guards[i] ? probe_guard_check(update->guards[i]) : 0;

		if (result)
			return result;
	}
	return 0;
}

int update_guard_prepare(struct live_update *update, bool is_reversal)
{
	update_lock_assert_held();
	return is_reversal ? check_all(update) : reserve_all(update);
}

void update_guard_finish(struct live_update *update, bool is_applied)
{
	update_lock_assert_held();
	if (!is_applied)
		release_all(update);
}
