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
#include "kmod/load/symbol_list.h"

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
		problem_add("symbol list: %s: too far away for a module to reach", name);
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

/*
 * A module whose load has not come to its end, and which has taken a symbol from us; or
 * NULL. The loader makes a module our user in the same turn of module_mutex in which it
 * finds the symbol, and ends that only when the load has failed.
 */
static const struct module *find_unfinished_user(void)
{
	const struct module_use *use;

	list_for_each_entry(use, &THIS_MODULE->source_list, source_list)
		if (use->source->state == MODULE_STATE_UNFORMED ||
			use->source->state == MODULE_STATE_COMING)
			return use->source;
	return NULL;
}

/* Its name may be read under the mutex only. */
static int check_users(void)
{
	const struct module *user;

	mutex_lock(kernel_private.module_mutex);
	user = find_unfinished_user();
	if (user)
		problem_add("symbol list: module %s is still being loaded with an "
			    "earlier one",
			user->name);
	mutex_unlock(kernel_private.module_mutex);
	return user ? -EBUSY : 0;
}

/* Between the check and the publication nobody becomes a user: there is nothing to take.
 */
int symbol_provider_publish(
	const struct ksplice_symbol_list *list, const struct target_table *targets)
{
	struct kernel_symbol *table;
	int result = check_users();

	if (result)
		return result;
	table = kernel_private.module_alloc(
		list->count * sizeof(*table) + list->strings_size + 1);
	if (!table)
		return -ENOMEM;
	result = fill_table(table, list, targets);
	if (result) {
		kernel_private.module_memfree(table);
		return result;
	}
	published_table = table;
	show_table(table, list->count);
	return 0;
}

void symbol_provider_withdraw(void)
{
	if (!published_table)
		return;
	hide_table();
	kernel_private.module_memfree(published_table);
	published_table = NULL;
}

bool symbol_provider_has_user(const struct module *module)
{
	const struct module_use *use;
	bool found = false;

	mutex_lock(kernel_private.module_mutex);
	list_for_each_entry(use, &module->target_list, target_list)
		found |= use->target == THIS_MODULE;
	mutex_unlock(kernel_private.module_mutex);
	return found;
}

int symbol_provider_check_only(const struct module *module)
{
	const struct module_use *use;
	int result = 0;

	mutex_lock(kernel_private.module_mutex);
	list_for_each_entry(use, &module->target_list, target_list) {
		if (use->target == THIS_MODULE)
			continue;
		problem_add("%s: took a symbol from module %s instead of ksplice.ko",
			module->name, use->target->name);
		result = -EPERM;
	}
	mutex_unlock(kernel_private.module_mutex);
	return result;
}
