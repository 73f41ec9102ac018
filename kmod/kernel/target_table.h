/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target_table.h - what an update, or its symbol list, says that it is about
 *
 * The format (abi/update.h) knows more than this core can do: of its targets only the
 * running kernel's image is taken, the others are refused by name. So in a table that
 * passed the check each target is the image.
 */
#ifndef KSPLICE_KMOD_TARGET_TABLE_H
#define KSPLICE_KMOD_TARGET_TABLE_H

#include <linux/types.h>

struct ksplice_place;
struct ksplice_target;

/* 0, or an errno with the reason added to the problems, as object's. */
int target_table_check(
	const char *object, const struct ksplice_target *targets, u32 count);

/* True if the size bytes from that place on are in a target of a table of so many. */
bool target_table_has_range(u32 count, const struct ksplice_place *place, u64 size);

#endif
