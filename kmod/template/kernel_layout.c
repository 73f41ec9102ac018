// SPDX-License-Identifier: GPL-2.0-only
/*
 * kernel_layout.c - what the tree's own headers say about their structures
 *
 * Not linked into anything: ksplice-create reads the one section of the object.
 * Options that are off leave their fields 0.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/jump_label.h>
#include <linux/module.h>
#include <linux/static_call_types.h>
#include <linux/stddef.h>

#include <asm/alternative.h>
#include <asm/extable.h>
#include <asm/paravirt_types.h>
#ifdef CONFIG_UNWINDER_ORC
#include <asm/orc_types.h>
#endif

#include "abi/kernel_layout.h"

static const struct kernel_layout layout __used __section(KERNEL_LAYOUT_SECTION) = {
	.magic = KERNEL_LAYOUT_MAGIC,
	.version = KERNEL_LAYOUT_VERSION,
	.size = sizeof(struct kernel_layout),

	.alternative_size = sizeof(struct alt_instr),
	.alternative_original = offsetof(struct alt_instr, instr_offset),
	.alternative_replacement = offsetof(struct alt_instr, repl_offset),
	.alternative_original_length = offsetof(struct alt_instr, instrlen),
	.alternative_replacement_length = offsetof(struct alt_instr, replacementlen),
	.alternative_feature = offsetof(struct alt_instr, cpuid),

#ifdef CONFIG_PARAVIRT
	.paravirt_size = sizeof(struct paravirt_patch_site),
	.paravirt_code = offsetof(struct paravirt_patch_site, instr),
	.paravirt_type = offsetof(struct paravirt_patch_site, type),
	.paravirt_length = offsetof(struct paravirt_patch_site, len),
#endif

#ifdef CONFIG_GENERIC_BUG
	.bug_size = sizeof(struct bug_entry),
#ifdef CONFIG_DEBUG_BUGVERBOSE
	.bug_line = offsetof(struct bug_entry, line),
#endif
#endif

	.exception_size = sizeof(struct exception_table_entry),

#ifdef CONFIG_JUMP_LABEL
	.jump_size = sizeof(struct jump_entry),
	.jump_code = offsetof(struct jump_entry, code),
	.jump_target = offsetof(struct jump_entry, target),
	.jump_key = offsetof(struct jump_entry, key),
#endif

#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	.static_call_size = sizeof(struct static_call_site),
	.static_call_code = offsetof(struct static_call_site, addr),
	.static_call_key = offsetof(struct static_call_site, key),
#endif

#ifdef CONFIG_UNWINDER_ORC
	.orc_size = sizeof(struct orc_entry),
#endif

	.export_size = sizeof(struct kernel_symbol),

	.module_size = sizeof(struct module),
	.module_name = offsetof(struct module, name),
	.module_name_size = sizeof_field(struct module, name),
};
