/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target_table.h - what an update, or its symbol list, says that it is about
 *
 * Each row of the table in the format (abi/update.h) with what it is in memory.
 */
#ifndef KSPLICE_KMOD_TARGET_TABLE_H
#define KSPLICE_KMOD_TARGET_TABLE_H

#include <linux/types.h>

struct ksplice_place;
struct ksplice_target;
struct target;

/* More rows than any update has; the limit keeps count * size far from overflow. */
#define TARGET_TABLE_LIMIT 1000

struct target_table {
	struct target *targets; /* one for each row */
	u32 count;
	/* Where places have the names of their sections: the match blob, or the strings
	 * of the list. Not owned; who makes the table says which. */
	const char *names;
	size_t names_size;
};

/* Checks that the rows are well made. 0, or an errno with the reason added to the
 * problems, as object's. */
int target_table_check(const char *object, const struct ksplice_target *rows, u32 count);

/*
 * Checks the rows and finds each target. On success fills table's targets and count;
 * else an errno with the reason added to the problems, as object's.
 *
 * While the table holds them, its modules cannot be unloaded: until target_table_release,
 * or target_table_deinit.
 */
int target_table_find(const char *object, const struct ksplice_target *rows, u32 count,
	struct target_table *table);

/* Lets the modules go; the addresses stay. */
void target_table_release(struct target_table *table);
void target_table_deinit(struct target_table *table); /* all zeros is fine */

/* The target that the place is in; NULL if none of the table's. */
const struct target *target_table_at(
	const struct target_table *table, const struct ksplice_place *place);

/* The address of the place; false if not all of the size bytes from there on are in its
 * target. */
bool target_table_resolve(const struct target_table *table,
	const struct ksplice_place *place, u64 size, unsigned long *address);

#endif
