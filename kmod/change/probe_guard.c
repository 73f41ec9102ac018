// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/probe_guard.h"

#include <linux/errno.h>
#include <linux/kprobes.h>

#ifdef CONFIG_KPROBES

#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include <asm/text-patching.h>

#include "kmod/change/stack_scan.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"

struct probe_guard {
	/* In the kernel's list. In early 6.1 it has no rcu_head of its own. */
	struct kprobe_blacklist_entry entry;
	struct rcu_head rcu;
	struct list_head node; /* of guards */
	struct probe_guard_place place;
	unsigned long *probes; /* that were here before: disabled, on the rest */
	size_t probe_count;
};

static LIST_HEAD(guards); /* protected by kprobe_mutex, as all that is below */

void probe_guard_settle(void)
{
	if (kernel_private.wait_for_kprobe_optimizer)
		kernel_private.wait_for_kprobe_optimizer();
}

void probe_guard_lock(void)
{
	mutex_lock(kernel_private.kprobe_mutex);
}

void probe_guard_unlock(void)
{
	mutex_unlock(kernel_private.kprobe_mutex);
}

/* The one that stands for all kprobes of one address. Those that can be optimised always
 * have one. */
static bool is_aggregate(const struct kprobe *probe)
{
	return (void *)probe->pre_handler == kernel_private.aggr_pre_handler;
}

#ifdef CONFIG_OPTPROBES
/* How many bytes of code it has copied into its detour; 0 if it cannot be optimised. */
static size_t detour_size(const struct kprobe *probe)
{
	if (!is_aggregate(probe))
		return 0;
	return container_of(probe, struct optimized_kprobe, kp)->optinsn.size;
}
#else
static size_t detour_size(const struct kprobe *probe)
{
	return 0;
}
#endif

/* From its address: how many bytes it writes, or keeps a copy of. */
static size_t measure_probe(const struct kprobe *probe)
{
	size_t size = max_t(size_t, 1, probe->ainsn.size);

	if (probe->flags & KPROBE_FLAG_FTRACE)
		return CALL_INSN_SIZE; /* all of the slot that ftrace has there */
	return max(size, detour_size(probe));
}

static bool is_in_jump(const struct probe_guard_place *place, const struct kprobe *probe)
{
	unsigned long start = (unsigned long)probe->addr;

	return start < place->jump + place->jump_size &&
	       start + measure_probe(probe) > place->jump;
}

/*
 * The first kprobe at or behind address that has to do with the place, which may begin in
 * front of it. NULL if there is none. kprobe_table is private to the kernel, and asking
 * it address by address is quick enough.
 */
static struct kprobe *find_probe(
	const struct probe_guard_place *place, unsigned long address)
{
	for (; address < place->end; address++) {
		struct kprobe *probe = kernel_private.get_kprobe((void *)address);

		/* Of a module that has gone; its memory may have been reused. */
		if (!probe || probe->flags & KPROBE_FLAG_GONE)
			continue;
		if (address >= place->jump || is_in_jump(place, probe))
			return probe;
	}
	return NULL;
}

#define foreach_probe(probe, place)                                                      \
	for (probe = find_probe(place, (place)->jump - MAX_OPTIMIZED_LENGTH); probe;     \
		probe = find_probe(place, (unsigned long)probe->addr + 1))

/* What its owner wrote, which says whose it is. */
static void *find_handler(const struct kprobe *probe)
{
	const struct kprobe *own = probe;

	if (is_aggregate(probe)) {
		if (list_empty(&probe->list)) /* its kprobes are removed */
			return NULL;
		own = list_first_entry(&probe->list, struct kprobe, list);
	}
	return own->pre_handler ? (void *)own->pre_handler : (void *)own->post_handler;
}

static void report_probe(const struct probe_guard_place *place,
	const struct kprobe *probe, const char *problem)
{
	bool is_disabled = probe->flags & KPROBE_FLAG_DISABLED;
	unsigned long offset = (unsigned long)probe->addr - place->start;

	problem_add("%s: %s+0x%lx: %s kprobe (its handler is %ps) %s", place->object,
		place->name, offset, is_disabled ? "a disabled" : "an enabled",
		find_handler(probe), problem);
}

static int check_probe(const struct probe_guard_place *place, const struct kprobe *probe)
{
	const char *problem = NULL;

	if (is_in_jump(place, probe))
		problem = "is on the bytes where the jump to the new code is written: "
			  "remove it first";
	else if (!(probe->flags & KPROBE_FLAG_DISABLED))
		problem = "would no longer fire: disable or remove it first";
	if (!problem)
		return 0;
	report_probe(place, probe, problem);
	return -EBUSY;
}

/* All kprobes of the place, and how many there are. */
static int check_probes(const struct probe_guard_place *place, size_t *count)
{
	const struct kprobe *probe;
	int result = 0;

	foreach_probe(probe, place)
	{
		if (check_probe(place, probe))
			result = -EBUSY;
		++*count;
	}
	return result;
}

static void add_to_blacklist(struct probe_guard *guard)
{
	const struct probe_guard_place *place = &guard->place;

	guard->entry.start_addr = place->jump;
	guard->entry.end_addr = place->end;
	list_add_tail_rcu(&guard->entry.list, kernel_private.kprobe_blacklist);
	list_add_tail(&guard->node, &guards);
}

int probe_guard_reserve(const struct probe_guard_place *place, struct probe_guard **made)
{
	struct probe_guard *guard;
	const struct kprobe *probe;
	size_t count = 0;
	int result;

	lockdep_assert_held(kernel_private.kprobe_mutex);
	result = check_probes(place, &count);
	if (result)
		return result;
	guard = kzalloc(sizeof(*guard), GFP_KERNEL);
	if (!guard)
		return -ENOMEM;
	guard->place = *place;
	guard->probes = kvcalloc(count + 1, sizeof(*guard->probes), GFP_KERNEL);
	if (!guard->probes) {
		kfree(guard);
		return -ENOMEM;
	}
	foreach_probe(probe, place) guard->probes[guard->probe_count++] =
		(unsigned long)probe->addr;
	add_to_blacklist(guard);
	*made = guard;
	return 0;
}

static bool was_here(const struct probe_guard *guard, const struct kprobe *probe)
{
	size_t i;

	for (i = 0; i < guard->probe_count; i++)
		if (guard->probes[i] == (unsigned long)probe->addr)
			return true;
	return false;
}

int probe_guard_check(const struct probe_guard *guard)
{
	const struct kprobe *probe;
	int result = 0;

	lockdep_assert_held(kernel_private.kprobe_mutex);
	foreach_probe(probe, &guard->place)
	{
		if (was_here(guard, probe))
			continue;
		report_probe(&guard->place, probe,
			"was placed on replaced code while the update was applied: "
			"remove it first");
		result = -EBUSY;
	}
	return result;
}

static int check_detours(const struct stack_range *range, bool *has_disabled)
{
	const struct probe_guard_place place = {.jump = range->start, .end = range->end};
	const struct kprobe *probe;
	int result = 0;

	foreach_probe(probe, &place)
	{
		if (!detour_size(probe))
			continue;
		if (probe->flags & KPROBE_FLAG_DISABLED) {
			*has_disabled = true;
			continue;
		}
		problem_add(
			"kernel: %pS: an enabled kprobe (its handler is %ps) may have "
			"threads on a detour around code that is to be replaced or "
			"taken away: disable it first",
			probe->addr, find_handler(probe));
		result = -EBUSY;
	}
	return result;
}

int probe_guard_clear_detours(const struct stack_range *ranges, size_t count)
{
	bool has_disabled = false;
	size_t i;

	lockdep_assert_held(kernel_private.kprobe_mutex);
	for (i = 0; i < count; i++) {
		int result = check_detours(&ranges[i], &has_disabled);

		if (result)
			return result;
	}
	if (has_disabled)
		synchronize_rcu_tasks();
	return 0;
}

void probe_guard_release(struct probe_guard *guard)
{
	if (!guard)
		return;
	lockdep_assert_held(kernel_private.kprobe_mutex);
	list_del(&guard->node);
	list_del_rcu(&guard->entry.list);
	kvfree(guard->probes);
	/* Who reads the kernel's list does so under RCU, or, in early 6.1, with
	 * preemption off. */
	kfree_rcu(guard, rcu);
}

static bool is_reserved(unsigned long address)
{
	const struct probe_guard *guard;

	list_for_each_entry (guard, &guards, node)
		if (address >= guard->place.jump && address < guard->place.end)
			return true;
	return false;
}

bool probe_guard_is_forbidden(unsigned long address)
{
	lockdep_assert_held(kernel_private.kprobe_mutex);
	/* Nothing is reserved that was forbidden before. */
	return !is_reserved(address) && kernel_private.within_kprobe_blacklist(address);
}

#else

void probe_guard_settle(void)
{
}

void probe_guard_lock(void)
{
}

void probe_guard_unlock(void)
{
}

int probe_guard_reserve(const struct probe_guard_place *place, struct probe_guard **guard)
{
	*guard = NULL;
	return 0;
}

int probe_guard_check(const struct probe_guard *guard)
{
	return 0;
}

int probe_guard_clear_detours(const struct stack_range *ranges, size_t count)
{
	return 0;
}

void probe_guard_release(struct probe_guard *guard)
{
}

bool probe_guard_is_forbidden(unsigned long address)
{
	return false;
}

#endif
