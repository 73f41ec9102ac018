// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/symbol_provider.h"

#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/load/symbol_list.h"

/*
 * Protects what follows. module_mutex, which the loader holds while it searches
 * exports, is taken under it.
 */
static DEFINE_MUTEX(provider_mutex);
static void *published_list; /* a copy of what was written */
static size_t published_size;
static struct target_table
	published_targets; /* its modules stay until the load is done */
/*
 * struct kernel_symbol[count] and a copy of the strings. Its fields are distances of
 * 32 bits, so it must lie near the kernel and the modules: in memory that module_alloc
 * gives, which is also not executable.
 */
static struct kernel_symbol *published_table;

static int set_distance(int *field, unsigned long value, const char *name)
{
	long distance = value - (unsigned long)field;

	if (distance != (int)distance) {
		problem_add(
			"symbol list: %s: 0x%lx is out of a module's reach", name, value);
		return -ERANGE;
	}
	*field = distance;
	return 0;
}

static int fill_table(struct kernel_symbol *table, const struct ksplice_symbol_list *list,
	const struct target_table *targets)
{
	char *strings = (char *)(table + list->count);
	int result = 0;
	u32 i;

	memcpy(strings, symbol_list_strings(list), list->strings_size);
	for (i = 0; i < list->count && !result; i++) {
		const struct ksplice_symbol *symbol = symbol_list_entries(list) + i;
		char *name = strings + symbol->name;

		table[i].namespace_offset = 0;
		result = set_distance(&table[i].name_offset, (unsigned long)name, name);
		if (!result)
			result = set_distance(&table[i].value_offset,
				symbol_list_resolve(list, targets, symbol), name);
	}
	return result;
}

/*
 * /proc/kallsyms reads syms and num_syms of every module without a lock, under RCU,
 * and in no order. So num_syms is not 0 only while every reader can see syms, and the
 * table goes when the last reader that may have seen it has left.
 */
static void show_table(struct kernel_symbol *table, unsigned int count)
{
	mutex_lock(kernel_private.module_mutex);
	WRITE_ONCE(THIS_MODULE->syms, table);
	mutex_unlock(kernel_private.module_mutex);
	synchronize_rcu_expedited();
	mutex_lock(kernel_private.module_mutex);
	WRITE_ONCE(THIS_MODULE->num_syms, count);
	mutex_unlock(kernel_private.module_mutex);
}

static void hide_table(void)
{
	mutex_lock(kernel_private.module_mutex);
	WRITE_ONCE(THIS_MODULE->num_syms, 0);
	mutex_unlock(kernel_private.module_mutex);
	synchronize_rcu_expedited();
	mutex_lock(kernel_private.module_mutex);
	WRITE_ONCE(THIS_MODULE->syms, NULL);
	mutex_unlock(kernel_private.module_mutex);
}

static void withdraw_locked(void)
{
	if (!published_table)
		return;
	hide_table();
	kernel_private.module_memfree(published_table);
	published_table = NULL;
	kvfree(published_list);
	published_list = NULL;
	published_size = 0;
	target_table_deinit(&published_targets);
}

int symbol_provider_publish(const struct ksplice_symbol_list *list, size_t size,
	const struct target_table *targets)
{
	struct kernel_symbol *table;
	void *copy;
	int result;

	mutex_lock(&provider_mutex);
	withdraw_locked();
	result = -ENOMEM;
	copy = kvmalloc(size, GFP_KERNEL);
	if (!copy)
		goto out_unlock;
	memcpy(copy, list, size);
	table = kernel_private.module_alloc(
		list->count * sizeof(*table) + list->strings_size + 1);
	if (!table)
		goto out_free_copy;
	result = fill_table(table, list, targets);
	if (result)
		goto out_free_table;
	published_table = table;
	published_list = copy;
	published_size = size;
	published_targets = *targets;
	show_table(table, list->count);
	mutex_unlock(&provider_mutex);
	return 0;

out_free_table:
	kernel_private.module_memfree(table);
out_free_copy:
	kvfree(copy);
out_unlock:
	mutex_unlock(&provider_mutex);
	return result;
}

bool symbol_provider_has(const void *list, size_t size)
{
	bool same;

	mutex_lock(&provider_mutex);
	same = published_list && size == published_size &&
	       !memcmp(list, published_list, size);
	mutex_unlock(&provider_mutex);
	return same;
}

void symbol_provider_withdraw(void)
{
	mutex_lock(&provider_mutex);
	withdraw_locked();
	mutex_unlock(&provider_mutex);
}
