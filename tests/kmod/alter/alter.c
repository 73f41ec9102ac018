// SPDX-License-Identifier: GPL-2.0-only
/*
 * alter.c - flips one byte of the kernel's read-only data, and back when it is unloaded
 *
 *   insmod alter.ko address=0x...
 *
 * As a rootkit or a bit error would, past ksplice.ko.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

static unsigned long address;
module_param(address, ulong, 0);

static int flip_byte(void)
{
	struct page *page = pfn_to_page(PHYS_PFN(__pa_symbol(address)));
	u8 *mapping = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (!mapping)
		return -ENOMEM;
	mapping[offset_in_page(address)] ^= 0xff;
	vunmap(mapping);
	return 0;
}

static int __init alter_init(void)
{
	return flip_byte();
}

static void __exit alter_exit(void)
{
	flip_byte();
}

module_init(alter_init);
module_exit(alter_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Alters a constant on purpose");
