// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/target_table.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/running_kernel.h"

static int check_image(const char *object, const struct ksplice_target *target)
{
	if (strcmp(target->name, KSPLICE_TARGET_VMLINUX)) {
		problem_add("%s: its target %s is the kernel image under another name",
			object, target->name);
		return -ENOEXEC;
	}
	return running_kernel_check_build(object, target->build_id, target->build_id_size)
		       ? 0
		       : -EINVAL;
}

static int refuse_module(const char *object, const struct ksplice_target *target)
{
	problem_add(
		"%s: its target %s is a module, and this ksplice.ko can only patch " KSPLICE_TARGET_VMLINUX,
		object, target->name);
	return -EOPNOTSUPP;
}

static int refuse_parent(const char *object, const struct ksplice_target *target)
{
	problem_add(
		"%s: builds on update %s, and this ksplice.ko knows no parent updates",
		object, target->name);
	return -EOPNOTSUPP;
}

static int (*const checks[])(const char *object, const struct ksplice_target *target) = {
	[KSPLICE_TARGET_IMAGE] = check_image,
	[KSPLICE_TARGET_MODULE] = refuse_module,
	[KSPLICE_TARGET_UPDATE] = refuse_parent,
};

static bool is_well_made(const struct ksplice_target *target)
{
	size_t length = strnlen(target->name, KSPLICE_TARGET_SIZE);

	return length && length < KSPLICE_TARGET_SIZE &&
	       !memchr_inv(target->name + length, 0, KSPLICE_TARGET_SIZE - length) &&
	       target->build_id_size && target->build_id_size <= KSPLICE_BUILD_ID_SIZE &&
	       !memchr_inv(target->build_id + target->build_id_size, 0,
		       KSPLICE_BUILD_ID_SIZE - target->build_id_size) &&
	       !target->reserved;
}

static bool is_repeated(const struct ksplice_target *targets, u32 index)
{
	u32 i;

	for (i = 0; i < index; i++)
		if (targets[i].kind == targets[index].kind &&
			!strcmp(targets[i].name, targets[index].name))
			return true;
	return false;
}

int target_table_check(
	const char *object, const struct ksplice_target *targets, u32 count)
{
	u32 i;

	if (!count) {
		problem_add("%s: has no target", object);
		return -ENOEXEC;
	}
	for (i = 0; i < count; i++) {
		const struct ksplice_target *target = &targets[i];
		int result;

		if (!is_well_made(target)) {
			problem_add("%s: target %u is damaged", object, i);
			return -ENOEXEC;
		}
		if (target->kind >= ARRAY_SIZE(checks) || !checks[target->kind]) {
			problem_add("%s: its target %s has the unknown kind %u", object,
				target->name, target->kind);
			return -ENOEXEC;
		}
		if (target->flags) {
			problem_add("%s: its target %s has the unknown flags 0x%x",
				object, target->name, target->flags);
			return -ENOEXEC;
		}
		if (is_repeated(targets, i)) {
			problem_add("%s: has the target %s twice", object, target->name);
			return -ENOEXEC;
		}
		result = checks[target->kind](object, target);
		if (result)
			return result;
	}
	return 0;
}

bool target_table_has_range(u32 count, const struct ksplice_place *place, u64 size)
{
	return place->target < count && place->section == KSPLICE_NO_SECTION &&
	       running_kernel_has_range(place->offset, size);
}
