// SPDX-License-Identifier: GPL-2.0-only
/*
 * store_cost.c - a module of the benchmark: what a store costs in a stop, in pages that
 * hold code and in pages that do not
 *
 *     insmod store_cost.ko addresses=0x...,0x...
 *
 * The addresses are in the kernel's text. Their pages are mapped a second time, as the
 * core does; beside them as many pages of data are mapped in the same way. With the
 * machine stopped one CPU writes a byte to each of the one kind and then of the other,
 * three times over, as a change of that many functions does. What is written to code is
 * what is there. The log then has the nanoseconds of each round:
 *
 *     store_cost: COUNT data FIRST SECOND THIRD code FIRST SECOND THIRD
 *
 * The module has nothing else to do, so its load fails with EAGAIN.
 */
#define pr_fmt(fmt) "store_cost: " fmt

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/stop_machine.h>
#include <linux/vmalloc.h>

#include <asm/page.h>

#define ADDRESS_LIMIT 512
#define ROUNDS 3

enum kind { KIND_DATA, KIND_CODE, KIND_COUNT };

static unsigned long addresses[ADDRESS_LIMIT];
static unsigned int count;
module_param_array(addresses, ulong, &count, 0400);

static u8 *mappings[KIND_COUNT]; /* a page for each address */
static struct page *pages[KIND_COUNT][ADDRESS_LIMIT];
static u64 times[KIND_COUNT][ROUNDS];

/* One in each page, pages being distance apart. */
static noinline u64 store_bytes(u8 *mapping, size_t distance)
{
	u64 start = sched_clock();
	unsigned int i;

	for (i = 0; i < count; i++) {
		u8 *byte = mapping + i * distance + offset_in_page(addresses[i]);

		WRITE_ONCE(*byte, READ_ONCE(*byte));
	}
	return sched_clock() - start;
}

static int store_all(void *unused)
{
	static u8 other[PAGE_SIZE];
	unsigned int kind, round;

	/* The code that measures is not what is measured. */
	store_bytes(other, 0);

	for (kind = 0; kind < KIND_COUNT; kind++)
		for (round = 0; round < ROUNDS; round++)
			times[kind][round] = store_bytes(mappings[kind], PAGE_SIZE);
	return 0;
}

static int find_pages(void)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		pages[KIND_CODE][i] = pfn_to_page(PHYS_PFN(__pa_symbol(addresses[i])));
		pages[KIND_DATA][i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[KIND_DATA][i])
			return -ENOMEM;
	}
	return 0;
}

static int map_pages(void)
{
	unsigned int kind;

	for (kind = 0; kind < KIND_COUNT; kind++) {
		mappings[kind] = vmap(pages[kind], count, VM_MAP, PAGE_KERNEL);
		if (!mappings[kind])
			return -ENOMEM;
	}
	return 0;
}

static void give_back(void)
{
	unsigned int i;

	for (i = 0; i < KIND_COUNT; i++)
		vunmap(mappings[i]);
	for (i = 0; i < count; i++)
		if (pages[KIND_DATA][i])
			__free_page(pages[KIND_DATA][i]);
}

static int __init store_cost_init(void)
{
	int result = count ? find_pages() : -EINVAL;

	if (!result)
		result = map_pages();
	if (!result)
		result = stop_machine(store_all, NULL, NULL);
	give_back();
	if (result)
		return result;
	pr_info("%u data %llu %llu %llu code %llu %llu %llu\n", count,
		times[KIND_DATA][0], times[KIND_DATA][1], times[KIND_DATA][2],
		times[KIND_CODE][0], times[KIND_CODE][1], times[KIND_CODE][2]);
	return -EAGAIN;
}

module_init(store_cost_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What a store costs in a stop");
