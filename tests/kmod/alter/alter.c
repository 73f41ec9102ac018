// SPDX-License-Identifier: GPL-2.0-only
/*
 * alter.c - changes bytes of the kernel's read-only memory, or of a module's
 *
 *   insmod alter.ko address=0x...    flips one byte, and back when it is unloaded
 *   echo "0xADDRESS 0xMASK" >/sys/module/alter/parameters/flip   flips these bits; the
 *                                    same again flips them back
 *
 * As a rootkit or a bit error would, past ksplice.ko.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

static unsigned long address;
module_param(address, ulong, 0);

static struct page *find_page(unsigned long place)
{
	if (place >= MODULES_VADDR && place < MODULES_END)
		return vmalloc_to_page((void *)place);
	return pfn_to_page(PHYS_PFN(__pa_symbol(place)));
}

static int flip_bits(unsigned long place, u8 mask)
{
	struct page *page = find_page(place);
	u8 *mapping = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (!mapping)
		return -ENOMEM;
	mapping[offset_in_page(place)] ^= mask;
	vunmap(mapping);
	return 0;
}

static int set_flip(const char *value, const struct kernel_param *parameter)
{
	unsigned long place;
	unsigned int mask;

	if (sscanf(value, "%lx %x", &place, &mask) != 2)
		return -EINVAL;
	return flip_bits(place, mask);
}

static const struct kernel_param_ops flip_operations = {.set = set_flip};
module_param_cb(flip, &flip_operations, NULL, 0200);

static int __init alter_init(void)
{
	return address ? flip_bits(address, 0xff) : 0;
}

static void __exit alter_exit(void)
{
	if (address)
		flip_bits(address, 0xff);
}

module_init(alter_init);
module_exit(alter_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Alters memory on purpose");
