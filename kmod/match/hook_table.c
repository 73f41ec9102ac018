// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/hook_table.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "kmod/compat/module_memory.h"
#include "kmod/kernel/problem.h"

static const struct hook_kind {
	const char *name;
	bool may_refuse; /* returns int */
} hook_kinds[] = {
	[KSPLICE_HOOK_PRE_APPLY] = {"pre_apply", true},
	[KSPLICE_HOOK_CHECK_APPLY] = {"check_apply", true},
	[KSPLICE_HOOK_APPLY] = {"apply"},
	[KSPLICE_HOOK_POST_APPLY] = {"post_apply"},
	[KSPLICE_HOOK_FAIL_APPLY] = {"fail_apply"},
	[KSPLICE_HOOK_PRE_REVERSE] = {"pre_reverse", true},
	[KSPLICE_HOOK_CHECK_REVERSE] = {"check_reverse", true},
	[KSPLICE_HOOK_REVERSE] = {"reverse"},
	[KSPLICE_HOOK_POST_REVERSE] = {"post_reverse"},
	[KSPLICE_HOOK_FAIL_REVERSE] = {"fail_reverse"},
};

static const struct ksplice_hook *find_table(const struct ksplice_update *update)
{
	return (const void *)(unsigned long)update->hooks;
}

static int check_hook(const struct module *module, const struct ksplice_hook *hook)
{
	if (hook->kind >= ARRAY_SIZE(hook_kinds) || !hook_kinds[hook->kind].name) {
		problem_add("%s: has a hook of the unknown kind %u", module->name,
			hook->kind);
		return -ENOEXEC;
	}
	if (hook->function < module_text_start(module) ||
		hook->function >= module_text_end(module) || hook->reserved) {
		problem_add("%s: its hook %s is damaged", module->name,
			hook_kinds[hook->kind].name);
		return -ENOEXEC;
	}
	return 0;
}

int hook_table_check(const struct module *module, const struct ksplice_update *update)
{
	const struct ksplice_hook *hook = find_table(update);
	const struct ksplice_hook *end = hook + update->hook_count;
	int result;

	if (!update->hook_count && !update->hooks)
		return 0;
	if (!update->hook_count || !IS_ALIGNED(update->hooks, 8) ||
		!module_owns_range(module, update->hooks,
			(unsigned long)update->hook_count * sizeof(*hook))) {
		problem_add("%s: its table of hooks is damaged", module->name);
		return -ENOEXEC;
	}
	for (; hook < end; hook++) {
		result = check_hook(module, hook);
		if (result)
			return result;
	}
	return 0;
}

const char *hook_table_name(u32 kind)
{
	return hook_kinds[kind].name;
}

static int call_hook(const struct ksplice_hook *hook)
{
	unsigned long address = hook->function;

	if (hook_kinds[hook->kind].may_refuse)
		return ((int (*)(void))address)();
	((void (*)(void))address)();
	return 0;
}

int hook_table_run(const struct ksplice_update *update, enum ksplice_hook_kind kind,
	const struct ksplice_hook **refused)
{
	const struct ksplice_hook *hook = find_table(update);
	const struct ksplice_hook *end = hook + update->hook_count;
	int result;

	for (; hook < end; hook++) {
		if (hook->kind != kind)
			continue;
		result = call_hook(hook);
		if (!result)
			continue;
		if (refused)
			*refused = hook;
		/* A positive number is no errno, and no success. */
		return result < 0 ? result : -EINVAL;
	}
	return 0;
}

void hook_table_report(const struct ksplice_update *update,
	const struct ksplice_hook *refused, int result)
{
	problem_add("%s: %ps: its hook %s refused: error %d", update->id,
		(void *)(unsigned long)refused->function, hook_kinds[refused->kind].name,
		result);
}
