// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_hooks.h"

#include <linux/errno.h>
#include <linux/kernel.h>

#include "abi/update.h"
#include "kmod/match/hook_table.h"
#include "kmod/update/transition.h"
#include "kmod/update/update_part.h"

enum hook_moment {
	MOMENT_PRE,
	MOMENT_CHECK,
	MOMENT_CHANGE,
	MOMENT_POST,
	MOMENT_FAIL,
};

/* By moment, and whether it is a reversal. */
static const enum ksplice_hook_kind kinds[][2] = {
	[MOMENT_PRE] = {KSPLICE_HOOK_PRE_APPLY, KSPLICE_HOOK_PRE_REVERSE},
	[MOMENT_CHECK] = {KSPLICE_HOOK_CHECK_APPLY, KSPLICE_HOOK_CHECK_REVERSE},
	[MOMENT_CHANGE] = {KSPLICE_HOOK_APPLY, KSPLICE_HOOK_REVERSE},
	[MOMENT_POST] = {KSPLICE_HOOK_POST_APPLY, KSPLICE_HOOK_POST_REVERSE},
	[MOMENT_FAIL] = {KSPLICE_HOOK_FAIL_APPLY, KSPLICE_HOOK_FAIL_REVERSE},
};

static int run_hooks(const struct transition_change *change, enum hook_moment moment,
	const struct ksplice_hook **refused)
{
	return hook_table_run(
		change->part->image.header, kinds[moment][change->is_reversal], refused);
}

/* Only the request to try again later has a meaning for those who asked for the change.
 */
static int to_errno(int refusal)
{
	return refusal == -EAGAIN ? -EAGAIN : -ECANCELED;
}

int update_hooks_pre(struct update_hooks *hooks)
{
	const struct transition_change *change;

	transition_foreach_change (change, hooks->transition) {
		const struct ksplice_hook *refused;
		int refusal;

		hooks->prepared++;
		refusal = run_hooks(change, MOMENT_PRE, &refused);
		if (!refusal)
			continue;
		hook_table_report(change->part->image.header, refused, refusal);
		return to_errno(refusal);
	}
	return 0;
}

int update_hooks_check(struct update_hooks *hooks)
{
	const struct transition_change *change;

	transition_foreach_change (change, hooks->transition) {
		hooks->refusal = run_hooks(change, MOMENT_CHECK, &hooks->refused);
		if (!hooks->refusal)
			continue;
		hooks->refusing = change;
		return to_errno(hooks->refusal);
	}
	return 0;
}

static void call_hooks(const struct update_hooks *hooks, enum hook_moment moment)
{
	const struct transition_change *change;

	transition_foreach_change (change, hooks->transition)
		run_hooks(change, moment, NULL);
}

void update_hooks_change(const struct update_hooks *hooks)
{
	call_hooks(hooks, MOMENT_CHANGE);
}

void update_hooks_post(const struct update_hooks *hooks)
{
	call_hooks(hooks, MOMENT_POST);
}

void update_hooks_fail(const struct update_hooks *hooks)
{
	size_t i = hooks->prepared;

	if (hooks->refusing)
		hook_table_report(hooks->refusing->part->image.header, hooks->refused,
			hooks->refusal);
	while (i--)
		run_hooks(&hooks->transition->changes[i], MOMENT_FAIL, NULL);
}
