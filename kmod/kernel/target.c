// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/target.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "abi/update.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/running_kernel.h"

static struct target_range make_range(const void *start, const void *end)
{
	return (struct target_range){(unsigned long)start, (unsigned long)end};
}

static bool is_in_range(const struct target_range *range, unsigned long address, u64 size)
{
	return address >= range->start && address <= range->end &&
	       size <= range->end - address;
}

static int find_image(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	if (strcmp(row->name, KSPLICE_TARGET_VMLINUX)) {
		problem_add("%s: its target %s is the kernel image under another name",
			object, row->name);
		return -ENOEXEC;
	}
	if (!running_kernel_check_build(object, row->build_id, row->build_id_size))
		return -EINVAL;
	*target = (struct target){
		.kind = row->kind,
		.whole = make_range(kernel_private.text_start, kernel_private.image_end),
		.text = make_range(kernel_private.text_start, kernel_private.text_end),
		.constants = make_range(
			kernel_private.constants_start, kernel_private.constants_end),
	};
	memcpy(target->name, row->name, sizeof(target->name));
	return 0;
}

static int refuse_module(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	problem_add(
		"%s: its target %s is a module, and this ksplice.ko can only patch " KSPLICE_TARGET_VMLINUX,
		object, row->name);
	return -EOPNOTSUPP;
}

static int refuse_parent(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	problem_add(
		"%s: builds on update %s, and this ksplice.ko knows no parent updates",
		object, row->name);
	return -EOPNOTSUPP;
}

static int (*const finders[])(
	const char *object, const struct ksplice_target *row, struct target *target) = {
	[KSPLICE_TARGET_IMAGE] = find_image,
	[KSPLICE_TARGET_MODULE] = refuse_module,
	[KSPLICE_TARGET_UPDATE] = refuse_parent,
};

int target_find(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	if (row->kind >= ARRAY_SIZE(finders) || !finders[row->kind]) {
		problem_add("%s: its target %s has the unknown kind %u", object,
			row->name, row->kind);
		return -ENOEXEC;
	}
	return finders[row->kind](object, row, target);
}

void target_release(struct target *target)
{
}

bool target_resolve(const struct target *target, const char *section, u64 offset,
	unsigned long *address)
{
	if (section || offset > target->whole.end - target->whole.start)
		return false;
	*address = target->whole.start + offset;
	return true;
}

bool target_has_range(const struct target *target, unsigned long address, u64 size)
{
	return is_in_range(&target->whole, address, size);
}

bool target_has_text(const struct target *target, unsigned long address, u64 size)
{
	return is_in_range(&target->text, address, size);
}

/* Init memory, which has been given away, must not be written to wherever a linker
 * script puts it. */
bool target_has_constants(const struct target *target, unsigned long address, u64 size)
{
	return is_in_range(&target->constants, address, size) &&
	       (address >= (unsigned long)kernel_private.init_end ||
		       address + size <= (unsigned long)kernel_private.init_start);
}

static int is_wanted(void *data, unsigned long address)
{
	return address == *(unsigned long *)data;
}

bool target_has_name(const struct target *target, const char *name, unsigned long address)
{
	return kernel_private.kallsyms_on_each_match_symbol(is_wanted, name, &address);
}

struct page *target_find_page(unsigned long address)
{
	/* The image is in the linear mapping as well; modules are in vmalloc's. */
	if (address < (unsigned long)kernel_private.text_start ||
		address >= (unsigned long)kernel_private.image_end)
		return vmalloc_to_page((void *)address);
	return pfn_to_page(PHYS_PFN(__pa_symbol(address)));
}
