/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_sections.h - where the sections of a loaded module are
 *
 * The loader keeps that for /sys/module/NAME/sections, in two structures that are private
 * to kernel/module/sysfs.c. These are those of Linux 5.8 (ed66f991bb19, "module: Refactor
 * section attr into bin attribute") to 6.13; 6.14 keeps the addresses in the attributes
 * themselves (4b2c11e4aaf7, "module: sysfs: Drop member 'module_sect_attr::address'").
 */
#ifndef KSPLICE_COMPAT_MODULE_SECTIONS_H
#define KSPLICE_COMPAT_MODULE_SECTIONS_H

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 8, 0) ||                                      \
	LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#error "struct module_sect_attrs is another one in this kernel"
#endif

struct module_sect_attr {
	struct bin_attribute battr;
	unsigned long address;
};

struct module_sect_attrs {
	struct attribute_group grp;
	unsigned int nsections;
	struct module_sect_attr attrs[];
};

/* True once the loader has made the list, which it does just before the module's init. */
static inline bool module_has_sections(const struct module *module)
{
	return module->sect_attrs;
}

/* The address of the section of that name; 0 if there is none, or more than one. Sections
 * that are not in memory, and empty ones, are not known. */
static inline unsigned long module_find_section(
	const struct module *module, const char *name)
{
	const struct module_sect_attrs *sections = module->sect_attrs;
	unsigned long address = 0;
	unsigned int i;

	for (i = 0; sections && i < sections->nsections; i++) {
		if (strcmp(sections->attrs[i].battr.attr.name, name))
			continue;
		if (address)
			return 0;
		address = sections->attrs[i].address;
	}
	return address;
}

/* True if the module's own symbols have that name at that address (kallsyms prints what
 * is in this table). It goes with the module's init memory, but for a smaller one. */
static inline bool module_has_symbol(
	const struct module *module, const char *name, unsigned long address)
{
	const struct mod_kallsyms *table;
	bool is_found = false;
	unsigned int i;

	preempt_disable();
	table = rcu_dereference_sched(module->kallsyms);
	for (i = 0; i < table->num_symtab && !is_found; i++)
		is_found = table->symtab[i].st_value == address &&
			   !strcmp(table->strtab + table->symtab[i].st_name, name);
	preempt_enable();
	return is_found;
}

#endif
