// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/target_table.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target.h"

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

static int check_row(const char *object, const struct ksplice_target *rows, u32 index)
{
	const struct ksplice_target *row = &rows[index];

	if (!is_well_made(row)) {
		problem_add("%s: target %u is damaged", object, index);
		return -ENOEXEC;
	}
	if (row->flags) {
		problem_add("%s: its target %s has the unknown flags 0x%x", object,
			row->name, row->flags);
		return -ENOEXEC;
	}
	if (is_repeated(rows, index)) {
		problem_add("%s: has the target %s twice", object, row->name);
		return -ENOEXEC;
	}
	return 0;
}

int target_table_check(const char *object, const struct ksplice_target *rows, u32 count)
{
	u32 i;

	if (!count) {
		problem_add("%s: has no target", object);
		return -ENOEXEC;
	}
	if (count > TARGET_TABLE_LIMIT) {
		problem_add("%s: has %u targets", object, count);
		return -ENOEXEC;
	}
	for (i = 0; i < count; i++) {
		int result = check_row(object, rows, i);

		if (result)
			return result;
	}
	return 0;
}

int target_table_find(const char *object, const struct ksplice_target *rows, u32 count,
	struct target_table *table)
{
	struct target *targets;
	int result = target_table_check(object, rows, count);
	u32 found = 0;

	if (result)
		return result;
	targets = kcalloc(count, sizeof(*targets), GFP_KERNEL);
	if (!targets)
		return -ENOMEM;
	while (found < count) {
		result = target_find(object, &rows[found], &targets[found]);
		if (result)
			goto out_release;
		found++;
	}
	table->targets = targets;
	table->count = count;
	return 0;

out_release:
	while (found)
		target_release(&targets[--found]);
	kfree(targets);
	return result;
}

void target_table_release(struct target_table *table)
{
	u32 i;

	for (i = 0; i < table->count; i++)
		target_release(&table->targets[i]);
}

void target_table_deinit(struct target_table *table)
{
	target_table_release(table);
	kfree(table->targets);
	*table = (struct target_table){0};
}

const struct target *target_table_at(
	const struct target_table *table, const struct ksplice_place *place)
{
	return place->target < table->count ? &table->targets[place->target] : NULL;
}

static bool is_text_in_names(const struct target_table *table, u32 offset)
{
	return offset < table->names_size &&
	       memchr(table->names + offset, 0, table->names_size - offset);
}

bool target_table_resolve(const struct target_table *table,
	const struct ksplice_place *place, u64 size, unsigned long *address)
{
	const struct target *target = target_table_at(table, place);
	const char *section = NULL;
	unsigned long found;

	if (!target)
		return false;
	if (place->section == KSPLICE_EMPTY_SECTION) {
		if (target->kind == KSPLICE_TARGET_IMAGE || place->offset || size)
			return false;
		*address = target->whole.start;
		return true;
	}
	if (place->section != KSPLICE_NO_SECTION) {
		if (!is_text_in_names(table, place->section))
			return false;
		section = table->names + place->section;
	}
	if (!target_resolve(target, section, place->offset, &found) ||
		!target_has_range(target, found, size))
		return false;
	*address = found;
	return true;
}
