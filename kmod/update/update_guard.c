// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_guard.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>

#include "kmod/change/breakpoint_path.h"
#include "kmod/change/probe_guard.h"
#include "kmod/kernel/problem.h"
#include "kmod/match/entry_redirect.h"
#include "kmod/match/update_image.h"
#include "kmod/update/replaced_code.h"
#include "kmod/update/update_lock.h"

static struct probe_guard_place find_place(const struct replaced_code *code)
{
	return (struct probe_guard_place){
		.start = code->address,
		.jump = code->address + code->write_offset,
		.jump_size = code->write_size,
		.end = code->address + code->size,
		.object = code->target,
		.name = code->name,
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

static int check_redirect(const struct probe_guard_place *place)
{
	struct entry_redirect redirect;

	if (!place->jump_size || !entry_redirect_find(place->start, &redirect))
		return 0;
	problem_add("%s: %s: its calls go to %ps (%s), so the new code would not "
		    "run: disable that first",
		place->object, place->name, redirect.function, redirect.kind);
	return -EBUSY;
}

int update_guard_prepare(struct replaced_code *code)
{
	struct probe_guard_place place = find_place(code);
	int result = 0;

	update_lock_assert_held();
	if (code->kind == KSPLICE_HUNK_DATA)
		return 0;
	if (code->entering)
		result = check_redirect(&place);
	if (result)
		return result;
	if (code->guard)
		return probe_guard_check(code->guard);
	result = check_breakpoint(&place);
	return result ? result : probe_guard_reserve(&place, &code->guard);
}

void update_guard_finish(struct replaced_code *code)
{
	update_lock_assert_held();
	if (!list_empty(&code->layers)) {
		add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
		return;
	}
	probe_guard_release(code->guard);
	code->guard = NULL;
}
