// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/kernel/shadow_variable.h"

#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "kmod/author/ksplice.h"

struct shadow_variable {
	struct hlist_node node;
	struct shadow_variable *next_freed;
	struct rcu_head rcu;
	const void *object;
	unsigned long id;
	size_t size; /* of data */
	unsigned long long data[];
};

/* Protects the table against writers; readers use RCU. Interrupts are off, because
 * updates may call from interrupt handlers. */
static DEFINE_SPINLOCK(shadow_lock);
static DEFINE_HASHTABLE(shadow_table, 10);

/* Objects of a slab lie at equal distances, and one has a few numbers at most. */
static unsigned long make_key(const void *object, unsigned long id)
{
	return (unsigned long)object ^ hash_long(id, BITS_PER_LONG);
}

/* An update that takes a shadow variable for something else would write over its end. */
static bool has_size(
	const struct shadow_variable *shadow, const struct ksplice_shadow_type *type)
{
	if (shadow->size == type->size)
		return true;
	pr_warn_once("shadow variables 0x%lx have %zu bytes, and an update expects %zu\n",
		shadow->id, shadow->size, type->size);
	return false;
}

/* Under shadow_lock, or RCU's read lock. */
static struct shadow_variable *find_shadow(const void *object, unsigned long id)
{
	struct shadow_variable *shadow;

	hash_for_each_possible_rcu(shadow_table, shadow, node, make_key(object, id),
		lockdep_is_held(&shadow_lock)) if (shadow->object == object &&
						   shadow->id == id) return shadow;
	return NULL;
}

void *ksplice_shadow_get(const void *object, const struct ksplice_shadow_type *type)
{
	struct shadow_variable *shadow;

	rcu_read_lock();
	shadow = find_shadow(object, type->id);
	if (shadow && !has_size(shadow, type))
		shadow = NULL;
	rcu_read_unlock();
	return shadow ? shadow->data : NULL;
}

/* Adds the new one unless there is one, which becomes found. An errno is the
 * constructor's. */
static int add_shadow(struct shadow_variable *shadow, void *object,
	ksplice_shadow_constructor *constructor, void *data,
	struct shadow_variable **found)
{
	unsigned long flags;
	int result = 0;

	spin_lock_irqsave(&shadow_lock, flags);
	*found = find_shadow(object, shadow->id);
	if (!*found) {
		if (constructor)
			result = constructor(object, shadow->data, data);
		if (!result)
			hash_add_rcu(shadow_table, &shadow->node,
				make_key(object, shadow->id));
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
	return result;
}

/* is_shared: one that is there already is as good. */
static void *make_shadow(void *object, const struct ksplice_shadow_type *type,
	gfp_t flags, void *data, bool is_shared)
{
	struct shadow_variable *found;
	struct shadow_variable *shadow =
		kzalloc(size_add(sizeof(*shadow), type->size), flags);
	int result;

	if (!shadow)
		return NULL;
	shadow->object = object;
	shadow->id = type->id;
	shadow->size = type->size;
	result = add_shadow(shadow, object, type->constructor, data, &found);
	if (!result && !found)
		return shadow->data;
	kfree(shadow);
	return found && is_shared && has_size(found, type) ? found->data : NULL;
}

void *ksplice_shadow_alloc(
	void *object, const struct ksplice_shadow_type *type, gfp_t flags, void *data)
{
	return make_shadow(object, type, flags, data, false);
}

void *ksplice_shadow_get_or_alloc(
	void *object, const struct ksplice_shadow_type *type, gfp_t flags, void *data)
{
	void *known = ksplice_shadow_get(object, type);

	return known ? known : make_shadow(object, type, flags, data, true);
}

static void destroy_shadow(
	struct shadow_variable *shadow, ksplice_shadow_destructor *destructor)
{
	if (destructor)
		destructor((void *)shadow->object, shadow->data);
	/* get may be looking at it. */
	kfree_rcu(shadow, rcu);
}

void ksplice_shadow_free(void *object, const struct ksplice_shadow_type *type)
{
	struct shadow_variable *shadow;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	shadow = find_shadow(object, type->id);
	if (shadow && !has_size(shadow, type))
		shadow = NULL;
	if (shadow)
		hash_del_rcu(&shadow->node);
	spin_unlock_irqrestore(&shadow_lock, flags);
	if (shadow)
		destroy_shadow(shadow, type->destructor);
}

/* Takes those of that type out of the bucket, in front of the list freed. */
static struct shadow_variable *clear_bucket(struct hlist_head *bucket,
	const struct ksplice_shadow_type *type, struct shadow_variable *freed)
{
	struct shadow_variable *shadow;
	struct hlist_node *next;
	unsigned long flags;

	spin_lock_irqsave(&shadow_lock, flags);
	hlist_for_each_entry_safe(shadow, next, bucket, node)
	{
		if (shadow->id != type->id || !has_size(shadow, type))
			continue;
		hash_del_rcu(&shadow->node);
		shadow->next_freed = freed;
		freed = shadow;
	}
	spin_unlock_irqrestore(&shadow_lock, flags);
	return freed;
}

void ksplice_shadow_free_all(const struct ksplice_shadow_type *type)
{
	struct shadow_variable *freed = NULL;
	struct shadow_variable *shadow;
	size_t i;

	/* Bucket by bucket, so that interrupts are not off for long. */
	for (i = 0; i < HASH_SIZE(shadow_table); i++)
		freed = clear_bucket(&shadow_table[i], type, freed);
	while (freed) {
		shadow = freed;
		freed = shadow->next_freed;
		destroy_shadow(shadow, type->destructor);
	}
}

void shadow_variable_exit(void)
{
	struct shadow_variable *shadow;
	struct hlist_node *next;
	size_t count = 0;
	size_t i;

	hash_for_each_safe(shadow_table, i, next, shadow, node)
	{
		hash_del(&shadow->node);
		kfree(shadow);
		count++;
	}
	if (count)
		pr_warn("%zu shadow variables were left by updates, and are freed\n",
			count);
}
