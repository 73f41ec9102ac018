// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/data_patch.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/unaligned.h>

#include "kmod/kernel/problem.h"
#include "kmod/kernel/target.h"

#define SHOWN_BYTES 8

void data_patch_init(struct data_patch *patch, unsigned long address, u32 size,
	const u8 *before, const u8 *after)
{
	patch->address = address;
	patch->size = size;
	patch->before = before;
	patch->after = after;
	patch->mapping = NULL;
}

static u8 *find_alias(const struct data_patch *patch)
{
	return (u8 *)patch->mapping + offset_in_page(patch->address);
}

int data_patch_map(struct data_patch *patch)
{
	unsigned long first = patch->address & PAGE_MASK;
	unsigned int count =
		DIV_ROUND_UP(offset_in_page(patch->address) + patch->size, PAGE_SIZE);
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	unsigned int i;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		pages[i] = target_find_page(first + i * PAGE_SIZE);
	patch->mapping = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	if (!patch->mapping)
		return -ENOMEM;
	/* What is written through a wrong mapping is somebody's memory. */
	if (memcmp(find_alias(patch), (void *)patch->address, patch->size)) {
		problem_add("kernel: %pS: its pages cannot be mapped a second time",
			(void *)patch->address);
		data_patch_unmap(patch);
		return -EFAULT;
	}
	return 0;
}

void data_patch_unmap(struct data_patch *patch)
{
	vunmap(patch->mapping);
	patch->mapping = NULL;
}

bool data_patch_check(
	const struct data_patch *patch, const char *object, const char *name)
{
	const u8 *memory = (const void *)patch->address;
	u32 i = 0;
	int shown;

	while (i < patch->size && memory[i] == patch->before[i])
		i++;
	if (i == patch->size)
		return true;
	shown = min_t(u32, SHOWN_BYTES, patch->size - i);
	problem_add("%s: %s+0x%x: memory has %*ph, and should have %*ph", object, name, i,
		shown, memory + i, shown, patch->before + i);
	return false;
}

/* The widest store that is aligned there and does not go beyond the end. */
static u32 find_width(const u8 *memory, u32 left)
{
	u32 width = sizeof(u64);

	while (width > left || !IS_ALIGNED((unsigned long)memory, width))
		width /= 2;
	return width;
}

void data_patch_write(const struct data_patch *patch)
{
	const u8 *bytes = patch->after;
	u8 *memory = find_alias(patch);
	u8 *end = memory + patch->size;
	u32 width;

	for (; memory < end; memory += width, bytes += width) {
		width = find_width(memory, end - memory);
		switch (width) {
		case 8:
			WRITE_ONCE(*(u64 *)memory, get_unaligned((const u64 *)bytes));
			break;
		case 4:
			WRITE_ONCE(*(u32 *)memory, get_unaligned((const u32 *)bytes));
			break;
		case 2:
			WRITE_ONCE(*(u16 *)memory, get_unaligned((const u16 *)bytes));
			break;
		default:
			WRITE_ONCE(*memory, *bytes);
		}
	}
}
