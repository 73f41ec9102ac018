// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c - makes the kernel report a problem, to see that the harness notices
 *
 *   insmod fault.ko kind=KIND
 *
 * The first kinds are noticed by every kernel, the others by a debug kernel.
 */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *kind = "";
module_param(kind, charp, 0);

static void fault_warn(void)
{
	WARN_ON(1);
}

static void fault_bug(void)
{
	BUG();
}

static void fault_null(void)
{
	WRITE_ONCE(*(int *)READ_ONCE(kind), *(volatile int *)8UL);
}

static void fault_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

/* In the other order it would wait for ever if two threads did it at once. */
static void fault_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void fault_held(void)
{
	mutex_lock(&first);
}

static int __rcu *published;

static void fault_rcu(void)
{
	WARN_ON(rcu_dereference(published));
}

static void fault_list(void)
{
	LIST_HEAD(list);
	struct list_head entry;

	list_add(&entry, &list);
	list_del(&entry);
	list_del(&entry);
}

/* The kernel looks at it when it gives the memory to somebody else. */
static void fault_free(void)
{
	struct kmem_cache *cache = kmem_cache_create("fault", 64, 0, SLAB_POISON, NULL);
	char *memory;

	if (!cache)
		return;
	memory = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, memory);
	OPTIMIZER_HIDE_VAR(memory);
	WRITE_ONCE(memory[40], 1);
	memory = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, memory);
	kmem_cache_destroy(cache);
}

static void fault_leak(void)
{
	void *memory = kmalloc(1000, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(memory);
}

struct owner_of_timer {
	struct timer_list timer;
};

static void ignore_timer(struct timer_list *timer)
{
}

static void fault_timer(void)
{
	struct owner_of_timer *owner = kzalloc(sizeof(*owner), GFP_KERNEL);

	if (!owner)
		return;
	timer_setup(&owner->timer, ignore_timer, 0);
	mod_timer(&owner->timer, jiffies + 1000 * HZ);
	kfree(owner);
}

static const struct fault {
	const char *kind;
	void (*commit)(void);
} faults[] = {
	{"warn", fault_warn},
	{"bug", fault_bug},
	{"null", fault_null},
	{"sleep", fault_sleep},
	{"order", fault_order},
	{"held", fault_held},
	{"rcu", fault_rcu},
	{"list", fault_list},
	{"free", fault_free},
	{"leak", fault_leak},
	{"timer", fault_timer},
};

static int __init fault_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(kind, faults[i].kind))
			continue;
		faults[i].commit();
		return 0;
	}
	return -EINVAL;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults on purpose");
