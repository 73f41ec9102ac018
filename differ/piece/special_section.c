// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/piece/special_section.h"

#include <stddef.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "differ/elf/elf_object.h"
#include "lib/error.h"
#include "lib/text.h"

#define FIELD(name) offsetof(struct kernel_layout, name)

/* Sources: include/asm-generic/vmlinux.lds.h, arch/x86/kernel/vmlinux.lds.S,
 * arch/x86/kernel/module.c, kernel/module/main.c (find_module_sections). The first
 * row that fits counts. */
static const struct special_section special_sections[] = {
	{".altinstructions", SECTION_TABLE, .entry_size_field = FIELD(alternative_size),
		.owner_field = FIELD(alternative_original),
		.what = "alternative instructions"},
	{".altinstr_replacement", SECTION_REPLACEMENT},
	{".altinstr_aux", SECTION_AUXILIARY},
	{".parainstructions", SECTION_TABLE, .entry_size_field = FIELD(paravirt_size),
		.owner_field = FIELD(paravirt_code), .what = "a paravirt call"},
	{"__bug_table", SECTION_TABLE, .entry_size_field = FIELD(bug_size),
		.what = "a BUG or WARN"},
	{"__ex_table", SECTION_TABLE, .entry_size_field = FIELD(exception_size),
		.what = "an exception table entry"},
	{"__jump_table", SECTION_TABLE, .entry_size_field = FIELD(jump_size),
		.owner_field = FIELD(jump_code), .what = "a jump label"},
	{".static_call_sites", SECTION_TABLE, .entry_size_field = FIELD(static_call_size),
		.owner_field = FIELD(static_call_code), .what = "a static call"},
	{".retpoline_sites", SECTION_TABLE, .entry_size = 4, .is_derived = true},
	{".return_sites", SECTION_TABLE, .entry_size = 4, .is_derived = true},
	{".ibt_endbr_seal", SECTION_TABLE, .entry_size = 4, .is_derived = true},
	{".smp_locks", SECTION_TABLE, .entry_size = 4, .is_derived = true},
	{"__mcount_loc", SECTION_TABLE, .entry_size = 8, .is_derived = true},
	{".orc_unwind_ip", SECTION_TABLE, .entry_size = 4, .is_derived = true},
	/* Has no relocations; its entries go with those of .orc_unwind_ip. */
	{".orc_unwind", SECTION_IGNORED},
	{"__ksymtab", SECTION_ONCE, true, .what = "an exported symbol",
		.reason = "export"},
	{"___ksymtab", SECTION_ONCE, true, .what = "an exported symbol",
		.reason = "export"},
	{"__kcrctab", SECTION_ONCE, true, .what = "an exported symbol",
		.reason = "export"},
	{"___kcrctab", SECTION_ONCE, true, .what = "an exported symbol",
		.reason = "export"},
	{".export_symbol", SECTION_ONCE, .what = "an exported symbol",
		.reason = "export"},
	{"__param", SECTION_ONCE, .what = "a module parameter",
		.reason = "module-parameter"},
	{"__modver", SECTION_ONCE, .what = "a module version",
		.reason = "module-information"},
	{".modinfo", SECTION_ONCE, .what = "module information",
		.reason = "module-information"},
	{".initcall", SECTION_ONCE, true, .what = "an initcall", .reason = "initcall"},
	{".con_initcall.init", SECTION_ONCE, .what = "a console initcall",
		.reason = "initcall"},
	{".exitcall.exit", SECTION_ONCE, .what = "an exitcall", .reason = "initcall"},
	{".init.setup", SECTION_ONCE, .what = "a boot parameter",
		.reason = "boot-parameter"},
	{".init.text", SECTION_CODE},
	{".init.", SECTION_ONCE, true, .what = "init data", .reason = "init-data"},
	{".x86_cpu_dev.init", SECTION_ONCE, .what = "a boot-time table",
		.reason = "init-data"},
	{".apicdrivers", SECTION_ONCE, .what = "a boot-time table",
		.reason = "init-data"},
	{".pci_fixup", SECTION_ONCE, true, .what = "a PCI fixup", .reason = "boot-table"},
	{"_kprobe_blacklist", SECTION_ONCE, .what = "a NOKPROBE_SYMBOL",
		.reason = "boot-table"},
	{"_error_injection_whitelist", SECTION_ONCE, .what = "an ALLOW_ERROR_INJECTION",
		.reason = "boot-table"},
	{"__tracepoints_ptrs", SECTION_ONCE, .what = "a tracepoint",
		.reason = "tracepoint"},
	{"__tracepoints", SECTION_ONCE, true, .what = "a tracepoint",
		.reason = "tracepoint"},
	{"_ftrace_events", SECTION_ONCE, .what = "a trace event", .reason = "tracepoint"},
	{"_ftrace_eval_map", SECTION_ONCE, .what = "a trace event",
		.reason = "tracepoint"},
	{"__bpf_raw_tp_map", SECTION_ONCE, .what = "a tracepoint",
		.reason = "tracepoint"},
	{"__syscalls_metadata", SECTION_ONCE, .what = "system call metadata",
		.reason = "tracepoint"},
	{".static_call_tramp_key", SECTION_ONCE, .what = "a static call's definition",
		.reason = "static-call"},
	{".static_call.text", SECTION_CODE},
	{".printk_index", SECTION_IGNORED},
	{".discard", SECTION_IGNORED, true},
	{".note", SECTION_IGNORED, true},
	{".comment", SECTION_IGNORED},
	{".debug", SECTION_IGNORED, true},
	{".gnu.", SECTION_IGNORED, true},
	{".BTF", SECTION_IGNORED, true},
	{".llvm", SECTION_IGNORED, true},
};

const struct special_section *special_section_find(const char *name)
{
	size_t count = sizeof(special_sections) / sizeof(special_sections[0]);
	for (size_t i = 0; i < count; i++) {
		const struct special_section *special = &special_sections[i];
		if (special->is_prefix ? text_has_prefix(name, special->name)
				       : strcmp(name, special->name) == 0)
			return special;
	}
	return NULL;
}

enum section_role special_section_role(const struct elf_section *section)
{
	const struct special_section *special = special_section_find(section->name);
	if (section->type != SHT_PROGBITS && section->type != SHT_NOBITS)
		return SECTION_IGNORED;
	if (special && special->role == SECTION_IGNORED)
		return SECTION_IGNORED;
	/* .modinfo and .export_symbol are not loaded with every linker script */
	if (special && special->role != SECTION_CODE)
		return special->role;
	if (!(section->flags & SHF_ALLOC))
		return SECTION_IGNORED;
	if (section->flags & SHF_EXECINSTR)
		return SECTION_CODE;
	return section->flags & SHF_MERGE ? SECTION_MERGED : SECTION_DATA;
}

static uint64_t layout_field(const struct kernel_layout *layout, uint16_t offset)
{
	uint32_t value = 0;
	if (offset)
		memcpy(&value, (const char *)layout + offset, sizeof(value));
	return value;
}

struct error *special_section_entry(const struct special_section *special,
	const struct kernel_layout *layout, uint64_t *size, uint64_t *owner)
{
	uint64_t found = special->entry_size
				 ? special->entry_size
				 : layout_field(layout, special->entry_size_field);
	if (!found)
		return error_refused("unknown-layout",
			"%s: this kernel's headers do not say how large its entries are",
			special->name);
	*size = found;
	*owner = layout_field(layout, special->owner_field);
	return NULL;
}
