// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/target.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <asm/page_types.h>

#include "abi/update.h"
#include "kmod/compat/module_memory.h"
#include "kmod/compat/module_sections.h"
#include "kmod/kernel/build_id.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"

static struct target_range make_range(const void *start, const void *end)
{
	return (struct target_range){(unsigned long)start, (unsigned long)end};
}

static bool is_in_range(const struct target_range *range, unsigned long address, u64 size)
{
	return address >= range->start && address <= range->end &&
	       size <= range->end - address;
}

static int check_build(const char *object, const struct ksplice_target *row,
	const char *notes, const char *notes_end)
{
	struct build_id found = {.size = 0};

	if (build_id_find(notes, notes_end, &found) && build_id_is_of(&found, row))
		return 0;
	problem_add("%s: made for %s with build-id %*phN, but this one has %*phN",
		object, row->name, (int)row->build_id_size, row->build_id,
		(int)found.size, found.bytes);
	return -EINVAL;
}

static int find_image(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	if (strcmp(row->name, KSPLICE_TARGET_VMLINUX)) {
		problem_add("%s: its target %s is the kernel image under another name",
			object, row->name);
		return -ENOEXEC;
	}
	*target = (struct target){
		.whole = make_range(kernel_private.text_start, kernel_private.image_end),
		.text = make_range(kernel_private.text_start, kernel_private.text_end),
		.constants = make_range(
			kernel_private.constants_start, kernel_private.constants_end),
	};
	return check_build(
		object, row, kernel_private.notes_start, kernel_private.notes_end);
}

static int check_module_build(const char *object, const struct ksplice_target *row,
	const struct module *module)
{
	const char *notes = (void *)module_find_section(module, ".note.gnu.build-id");

	if (!notes || !module_owns_range(module, (unsigned long)notes, 0)) {
		problem_add("%s: its target %s has no build-id in its notes", object,
			row->name);
		return -EINVAL;
	}
	/* The loader does not keep a section's size; a note has its own. */
	return check_build(object, row, notes, (const char *)module_memory_end(module));
}

/* With a reference on it. */
static struct module *get_module(const char *name)
{
	struct module *module;

	mutex_lock(kernel_private.module_mutex);
	module = kernel_private.find_module(name);
	if (module && !try_module_get(module))
		module = NULL;
	mutex_unlock(kernel_private.module_mutex);
	return module;
}

static int find_loaded(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	struct module *module = get_module(row->name);
	unsigned long per_cpu;
	int result;

	if (!module) {
		problem_add("%s: its target %s is not loaded", object, row->name);
		return -ENOENT;
	}
	result = -EBUSY;
	if (!module_has_sections(module)) {
		problem_add("%s: its target %s is being loaded", object, row->name);
		goto out_put;
	}
	result = check_module_build(object, row, module);
	if (result)
		goto out_put;
	per_cpu = (unsigned long)module->percpu;
	*target = (struct target){
		.module = module,
		.whole = {module_text_start(module), module_memory_end(module)},
		.text = {module_text_start(module), module_text_end(module)},
		.constants = {module_text_end(module), module_constants_end(module)},
		.per_cpu = {per_cpu, per_cpu + module->percpu_size},
	};
	return 0;

out_put:
	module_put(module);
	return result;
}

static int (*const finders[])(
	const char *object, const struct ksplice_target *row, struct target *target) = {
	[KSPLICE_TARGET_IMAGE] = find_image,
	[KSPLICE_TARGET_MODULE] = find_loaded,
	[KSPLICE_TARGET_UPDATE] = find_loaded,
};

int target_find(
	const char *object, const struct ksplice_target *row, struct target *target)
{
	int result;

	if (row->kind >= ARRAY_SIZE(finders) || !finders[row->kind]) {
		problem_add("%s: its target %s has the unknown kind %u", object,
			row->name, row->kind);
		return -ENOEXEC;
	}
	result = finders[row->kind](object, row, target);
	if (result)
		return result;
	target->kind = row->kind;
	memcpy(target->name, row->name, sizeof(target->name));
	return 0;
}

bool target_is_loaded(const struct ksplice_target *row)
{
	struct module *module;

	if (row->kind == KSPLICE_TARGET_IMAGE)
		return true;
	module = get_module(row->name);
	if (module)
		module_put(module);
	return module;
}

void target_release(struct target *target)
{
	if (target->module && !target->is_released)
		module_put(target->module);
	target->is_released = true;
}

/* Relocations of a module's per-cpu variables have the address of its area. */
#define PER_CPU_SECTION ".data..percpu"

static bool resolve_in_module(const struct target *target, const char *section,
	u64 offset, unsigned long *address)
{
	unsigned long start;

	if (!strcmp(section, PER_CPU_SECTION))
		start = target->per_cpu.start;
	else
		start = module_find_section(target->module, section);
	/* A section that was the init's alone has been given away. */
	if (!start || !target_has_range(target, start, offset))
		return false;
	*address = start + offset;
	return true;
}

bool target_resolve(const struct target *target, const char *section, u64 offset,
	unsigned long *address)
{
	if (target->module)
		return section && resolve_in_module(target, section, offset, address);
	if (section || offset > target->whole.end - target->whole.start)
		return false;
	*address = target->whole.start + offset;
	return true;
}

unsigned long target_image_slide(void)
{
	return (unsigned long)kernel_private.text_start - __START_KERNEL;
}

bool target_has_range(const struct target *target, unsigned long address, u64 size)
{
	return is_in_range(&target->whole, address, size) ||
	       (target->per_cpu.start && is_in_range(&target->per_cpu, address, size));
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
	if (target->module)
		return module_has_symbol(target->module, name, address);
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
