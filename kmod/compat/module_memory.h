/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_memory.h - where a module's memory is
 *
 * Linux 6.1 has core_layout; 6.4 replaced it by an array of regions (ac3b43283923,
 * "module: replace module_layout with module_memory"). Only this file knows.
 */
#ifndef KSPLICE_COMPAT_MODULE_MEMORY_H
#define KSPLICE_COMPAT_MODULE_MEMORY_H

#include <linux/module.h>

/* The code of a module that has done its init. */
static inline unsigned long module_text_start(const struct module *module)
{
	return (unsigned long)module->core_layout.base;
}

static inline unsigned long module_text_end(const struct module *module)
{
	return module_text_start(module) + module->core_layout.text_size;
}

/* The end of all of its memory but what is the init's alone. */
static inline unsigned long module_memory_end(const struct module *module)
{
	return (unsigned long)module->core_layout.base + module->core_layout.size;
}

/* The end of its data that is read-only once its init is done; it is behind the code. */
static inline unsigned long module_constants_end(const struct module *module)
{
	return (unsigned long)module->core_layout.base +
	       module->core_layout.ro_after_init_size;
}

/* True if all of the range is data that is read-only once the module's init is done. */
static inline bool module_owns_constants(
	const struct module *module, unsigned long address, unsigned long size)
{
	unsigned long start = module_text_end(module);
	unsigned long end = module_constants_end(module);

	return address >= start && address <= end && size <= end - address;
}

/* True if all of the range is memory that stays when the module's init is done. */
static inline bool module_owns_range(
	const struct module *module, unsigned long address, unsigned long size)
{
	unsigned long start = (unsigned long)module->core_layout.base;
	unsigned long end = module_memory_end(module);

	return address >= start && address <= end && size <= end - address;
}

#endif
