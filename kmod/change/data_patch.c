// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/data_patch.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/unaligned.h>

#include "kmod/change/memory_window.h"
#include "kmod/kernel/problem.h"

#define SHOWN_BYTES 8

void data_patch_init(struct data_patch *patch, unsigned long address, u32 size,
	const u8 *before, const u8 *after, const struct memory_window *window)
{
	patch->address = address;
	patch->size = size;
	patch->before = before;
	patch->after = after;
	patch->alias = memory_window_find(window, address, size);
}

bool data_patch_check(
	const struct data_patch *patch, const char *object, const char *name)
{
	const u8 *memory = (const void *)patch->address;
	u32 i = 0;
	int shown;

	/* What is written through a wrong mapping is somebody's memory. */
	if (!patch->alias || memcmp(patch->alias, memory, patch->size)) {
		problem_add("%s: %s: cannot be mapped a second time", object, name);
		return false;
	}
	while (i < patch->size && memory[i] == patch->before[i])
		i++;
	if (i == patch->size)
		return true;
	shown = min_t(u32, SHOWN_BYTES, patch->size - i);
	problem_add("%s: %s+0x%x: memory has %*ph, but should have %*ph", object, name, i,
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
	u8 *memory = patch->alias;
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
