// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/kernel_section.h"

#include <stddef.h>
#include <string.h>

#include "abi/kernel_layout.h"
#include "abi/record.h"
#include "differ/elf/elf_object.h"
#include "lib/error.h"
#include "lib/text.h"

#define FIELD(field) offsetof(struct kernel_layout, field)

#define CODE(section, section_kind)                                                      \
	{                                                                                \
		.name = section, .role = SECTION_CODE, .kind = section_kind              \
	}
#define CODE_PREFIX(section, section_kind)                                               \
	{                                                                                \
		.name = section, .role = SECTION_CODE, .kind = section_kind,             \
		.is_prefix = true                                                        \
	}
/* A prefix, because our compiles give each function a section of its own. */
#define SPECIAL_CODE(section, ...)                                                       \
	{                                                                                \
		.name = section, .role = SECTION_CODE,                                   \
		.kind = SECTION_KIND_SPECIAL_TEXT, .is_prefix = true, __VA_ARGS__        \
	}
#define DATA(section, section_kind, ...)                                                 \
	{                                                                                \
		.name = section, .role = SECTION_DATA, .kind = section_kind,             \
		.is_prefix = true, __VA_ARGS__                                           \
	}
#define PER_CPU(section) DATA(section, SECTION_KIND_PER_CPU, .placed_in = ".data..percpu")
#define TABLE(section, ...)                                                              \
	{                                                                                \
		.name = section, .role = SECTION_TABLE, .keeps_name = true, __VA_ARGS__  \
	}
#define ONCE(section, section_what, section_reason, ...)                                 \
	{                                                                                \
		.name = section, .role = SECTION_ONCE, .what = section_what,             \
		.reason = section_reason, __VA_ARGS__                                    \
	}
#define ONCE_PREFIX(section, section_what, section_reason)                               \
	ONCE(section, section_what, section_reason, .is_prefix = true)
#define IGNORED(section, ...)                                                            \
	{                                                                                \
		.name = section, .role = SECTION_IGNORED, __VA_ARGS__                    \
	}

/* Sources: include/asm-generic/vmlinux.lds.h, arch/x86/kernel/vmlinux.lds.S,
 * arch/x86/kernel/module.c, kernel/module/main.c (find_module_sections),
 * scripts/sorttable.c. The first row that fits counts. */
static const struct kernel_section kernel_sections[] = {
	/* tables about code */
	TABLE(".altinstructions", .entry_size_field = FIELD(alternative_size),
		.owner_field = FIELD(alternative_original),
		.what = "alternative instructions"),
	{".altinstr_replacement", SECTION_REPLACEMENT, .keeps_name = true},
	{".altinstr_aux", SECTION_AUXILIARY, .keeps_name = true},
	TABLE(".parainstructions", .entry_size_field = FIELD(paravirt_size),
		.owner_field = FIELD(paravirt_code), .what = "a paravirt call"),
	TABLE("__bug_table", .entry_size_field = FIELD(bug_size),
		.what = "a BUG or WARN"),
	TABLE("__ex_table", .entry_size_field = FIELD(exception_size),
		.placing = SECTION_SORTED, .what = "an exception table entry"),
	TABLE("__jump_table", .entry_size_field = FIELD(jump_size),
		.owner_field = FIELD(jump_code), .what = "a jump label"),
	TABLE(".static_call_sites", .entry_size_field = FIELD(static_call_size),
		.owner_field = FIELD(static_call_code), .what = "a static call"),
	/* The module loader forbids probes of a copy as boot does of the original. */
	TABLE("_kprobe_blacklist", .entry_size = 8, .what = "a NOKPROBE_SYMBOL"),
	TABLE(".retpoline_sites", .entry_size = 4, .is_derived = true),
	TABLE(".return_sites", .entry_size = 4, .is_derived = true),
	TABLE(".ibt_endbr_seal", .entry_size = 4, .is_derived = true),
	TABLE(".smp_locks", .entry_size = 4, .is_derived = true),
	TABLE("__mcount_loc", .entry_size = 8, .placing = SECTION_SORTED,
		.is_derived = true),
	TABLE(".orc_unwind_ip", .entry_size = 4, .placing = SECTION_SORTED,
		.is_derived = true),
	/* Has no relocations; its entries go with those of .orc_unwind_ip. */
	IGNORED(".orc_unwind", .placing = SECTION_SORTED),

	/* what acts once, at boot or when a module is loaded */
	ONCE_PREFIX("__ksymtab", "an exported symbol", "export"),
	ONCE_PREFIX("___ksymtab", "an exported symbol", "export"),
	ONCE_PREFIX("__kcrctab", "an exported symbol", "export"),
	ONCE_PREFIX("___kcrctab", "an exported symbol", "export"),
	ONCE(".export_symbol", "an exported symbol", "export",
		.placing = SECTION_DISCARDED),
	ONCE("__param", "a module parameter", "module-parameter"),
	ONCE("__modver", "a module version", "module-information"),
	ONCE(".modinfo", "module information", "module-information",
		.placing = SECTION_DISCARDED),
	ONCE_PREFIX(".initcall", "an initcall", "initcall"),
	ONCE(".con_initcall.init", "a console initcall", "initcall"),
	ONCE(".exitcall.exit", "an exitcall", "initcall", .placing = SECTION_DISCARDED),
	ONCE(".init.setup", "a boot parameter", "boot-parameter"),
	ONCE_PREFIX(".init.ramfs", "the initial ramfs", "boot-table"),
	ONCE(".lsm_info.init", "a security module", "boot-table"),
	ONCE(".early_lsm_info.init", "a security module", "boot-table"),
	ONCE(".x86_cpu_dev.init", "a boot-time table", "boot-table"),
	ONCE(".apicdrivers", "a boot-time table", "boot-table"),
	ONCE("__earlycon_table", "a boot-time table", "boot-table"),
	ONCE_PREFIX("__governor_thermal_table", "a boot-time table", "boot-table"),
	ONCE_PREFIX(".pci_fixup", "a PCI fixup", "boot-table"),
	/* Each module has a table of its own, which its debug messages are looked up in.
	 */
	ONCE("__dyndbg_classes", "a class of debug messages", "boot-table"),
	ONCE("_error_injection_whitelist", "an ALLOW_ERROR_INJECTION", "boot-table"),
	ONCE("__tracepoints_ptrs", "a tracepoint", "tracepoint"),
	ONCE_PREFIX("__tracepoints", "a tracepoint", "tracepoint"),
	ONCE("_ftrace_events", "a trace event", "tracepoint"),
	ONCE("_ftrace_eval_map", "a trace event", "tracepoint"),
	ONCE("__bpf_raw_tp_map", "a tracepoint", "tracepoint"),
	ONCE("__syscalls_metadata", "system call metadata", "tracepoint"),
	ONCE("__tracepoint_str", "a string that tracing knows", "tracepoint"),
	ONCE("__trace_printk_fmt", "a trace_printk format", "tracepoint"),
	ONCE(".static_call_tramp_key", "a static call's definition", "static-call"),

	/* what patches bring for ksplice-create (kmod/author/ksplice.h) */
	DATA(".ksplice.shadow.", SECTION_KIND_CONSTANT, .lends_functions = true),
	{".ksplice.", SECTION_HOOK, .is_prefix = true, .what = "a hook"},

	/* code; all but .text* says something about the code in it */
	CODE(".text", SECTION_KIND_TEXT),
	CODE_PREFIX(".text..", SECTION_KIND_SPECIAL_TEXT),
	CODE_PREFIX(".text.", SECTION_KIND_TEXT),
	CODE_PREFIX(".init.text", SECTION_KIND_INIT),
	CODE_PREFIX(".exit.text", SECTION_KIND_INIT),
	CODE(".head.text", SECTION_KIND_INIT),
	CODE(".noinstr.text", SECTION_KIND_SPECIAL_TEXT),
	CODE(".entry.text", SECTION_KIND_SPECIAL_TEXT),
	SPECIAL_CODE(".cpuidle.text",
		.obstacle =
			"where idle CPUs wait, so there is hardly a moment when none is "
			"in it"),
	/* in_sched_functions(), in_lock_functions(): get_wchan
	 * (arch/x86/kernel/process.c), kernel/stacktrace.c, include/linux/ftrace.h */
	SPECIAL_CODE(".sched.text",
		.loss = "of a thread that sleeps in it, /proc/PID/wchan and /proc/PID/stack "
			"show the function itself instead of its caller"),
	SPECIAL_CODE(".spinlock.text",
		.loss = "tracers and /proc/PID/wchan show the function itself instead of its "
			"caller"),
	/* The module loader forbids probes in it, as boot does in the kernel's. */
	SPECIAL_CODE(".kprobes.text", .keeps_name = true,
		.obstacle =
			"which must not get a breakpoint, and without one no jump can be "
			"written there"),
	/* in_irqentry_text() (kernel/stacktrace.c), kernel/trace/trace_functions_graph.c
	 */
	SPECIAL_CODE(".irqentry.text",
		.loss = "stored stack traces do not end in it, and the option funcgraph-irqs "
			"does not leave it out"),
	SPECIAL_CODE(
		".softirqentry.text", .loss = "stored stack traces do not end in it"),
	CODE(".static_call.text", SECTION_KIND_SPECIAL_TEXT),
	/* .ref.text tells modpost that init code may be called; it stays. .meminit.text
	 * and its data stay with memory hotplug alone: see boot_memory.h. */
	CODE_PREFIX(".ref.text", SECTION_KIND_TEXT),
	CODE_PREFIX(".meminit.text", SECTION_KIND_TEXT),

	/* data; prefixes, because our compiles give each variable a section of its own */
	{.name = ".init.",
		.role = SECTION_DATA,
		.is_prefix = true,
		.kind = SECTION_KIND_INIT},
	DATA(".exit.data", SECTION_KIND_INIT),
	/* include/linux/percpu-defs.h. The module loader knows the first name alone, and
	 * the others are about where in memory such variables are best. */
	DATA(".data..percpu..first", SECTION_KIND_PER_CPU,
		.obstacle = "where boot puts what has a fixed place"),
	DATA(".data..percpu..decrypted", SECTION_KIND_PER_CPU,
		.obstacle = "whose memory boot makes readable to the hypervisor"),
	PER_CPU(".data..percpu..shared_aligned"),
	PER_CPU(".data..percpu..read_mostly"),
	PER_CPU(".data..percpu..page_aligned"),
	{.name = ".data..percpu..",
		.role = SECTION_DATA,
		.is_prefix = true,
		.kind = SECTION_KIND_PER_CPU,
		.obstacle = "and it is not known what that means"},
	PER_CPU(".data..percpu"),
	DATA(".data..ro_after_init", SECTION_KIND_RO_AFTER_INIT, .keeps_name = true),
	/* Flags of WARN_ONCE and the like (include/linux/once.h). */
	DATA(".data.once", SECTION_KIND_WRITABLE, .is_forkable = true),
	/* The page that user space reads the time from. */
	DATA(".vvar_", SECTION_KIND_WRITABLE),
	DATA(".data", SECTION_KIND_WRITABLE),
	DATA(".bss", SECTION_KIND_WRITABLE),
	DATA(".rodata", SECTION_KIND_CONSTANT),
	DATA(".ref.data", SECTION_KIND_WRITABLE),
	DATA(".ref.rodata", SECTION_KIND_CONSTANT),
	DATA(".meminit.data", SECTION_KIND_WRITABLE),
	DATA(".meminit.rodata", SECTION_KIND_CONSTANT),
	/* Sites of pr_debug; each module has a table of its own. */
	{.name = "__dyndbg",
		.role = SECTION_DATA,
		.kind = SECTION_KIND_WRITABLE,
		.is_forkable = true,
		.keeps_name = true},
	/* The linker script puts the classes in order of precedence. */
	DATA("__stop_sched_class", SECTION_KIND_CONSTANT),
	DATA("__dl_sched_class", SECTION_KIND_CONSTANT),
	DATA("__rt_sched_class", SECTION_KIND_CONSTANT),
	DATA("__fair_sched_class", SECTION_KIND_CONSTANT),
	DATA("__idle_sched_class", SECTION_KIND_CONSTANT),

	/* what is not loaded, or made again from the rest */
	IGNORED(".printk_index"),
	IGNORED(".discard", .is_prefix = true, .placing = SECTION_DISCARDED),
	IGNORED(".note", .is_prefix = true),
	IGNORED(".comment"),
	IGNORED(".debug", .is_prefix = true),
	IGNORED(".gnu.version", .is_prefix = true, .placing = SECTION_DISCARDED),
	IGNORED(".gnu.", .is_prefix = true),
	IGNORED(".BTF", .is_prefix = true),
	IGNORED(".llvm", .is_prefix = true),
};

const struct kernel_section *kernel_section_find(const char *name)
{
	size_t count = sizeof(kernel_sections) / sizeof(kernel_sections[0]);
	for (size_t i = 0; i < count; i++) {
		const struct kernel_section *row = &kernel_sections[i];
		if (row->is_prefix ? text_has_prefix(name, row->name)
				   : strcmp(name, row->name) == 0)
			return row;
	}
	return NULL;
}

size_t kernel_section_name_size(const char *name)
{
	const char *mark = strstr(name, KSPLICE_SPLIT_MARK);
	return mark ? (size_t)(mark - name) : strlen(name);
}

enum section_role kernel_section_role(const struct elf_section *section)
{
	const struct kernel_section *row = kernel_section_find(section->name);
	if (section->type != SHT_PROGBITS && section->type != SHT_NOBITS)
		return SECTION_IGNORED;
	if (row && row->role == SECTION_IGNORED)
		return SECTION_IGNORED;
	/* .modinfo and .export_symbol are not loaded with every linker script */
	if (row && row->role != SECTION_CODE && row->role != SECTION_DATA)
		return row->role;
	if (!(section->flags & SHF_ALLOC))
		return SECTION_IGNORED;
	if (section->flags & SHF_EXECINSTR)
		return SECTION_CODE;
	return section->flags & SHF_MERGE ? SECTION_MERGED : SECTION_DATA;
}

enum section_kind kernel_section_kind(const struct elf_section *section)
{
	const struct kernel_section *row = kernel_section_find(section->name);
	bool is_code = section->flags & SHF_EXECINSTR;
	bool is_writable = section->flags & SHF_WRITE;
	if (row && row->role == (is_code ? SECTION_CODE : SECTION_DATA) &&
		!(row->kind == SECTION_KIND_CONSTANT && is_writable))
		return row->kind;
	if (is_code)
		return SECTION_KIND_SPECIAL_TEXT;
	return is_writable ? SECTION_KIND_WRITABLE : SECTION_KIND_CONSTANT;
}

const char *kernel_section_kind_name(enum section_kind kind)
{
	static const char *const names[] = {
		[SECTION_KIND_TEXT] = "ordinary code",
		[SECTION_KIND_SPECIAL_TEXT] = "code in a section of its own meaning",
		[SECTION_KIND_INIT] = "memory that is freed after boot",
		[SECTION_KIND_CONSTANT] = "constants",
		[SECTION_KIND_RO_AFTER_INIT] = "data that is read-only after boot",
		[SECTION_KIND_WRITABLE] = "writable data",
		[SECTION_KIND_PER_CPU] = "per-cpu data",
	};
	return names[kind];
}

bool kernel_section_is_known(const struct elf_section *section)
{
	return kernel_section_find(section->name) || !(section->flags & SHF_ALLOC) ||
	       (section->type != SHT_PROGBITS && section->type != SHT_NOBITS) ||
	       !section->size;
}

static uint64_t layout_field(const struct kernel_layout *layout, uint16_t offset)
{
	uint32_t value = 0;
	if (offset)
		memcpy(&value, (const char *)layout + offset, sizeof(value));
	return value;
}

struct error *kernel_section_entry(const struct kernel_section *section,
	const struct kernel_layout *layout, uint64_t *size, uint64_t *owner)
{
	uint64_t found = section->entry_size
				 ? section->entry_size
				 : layout_field(layout, section->entry_size_field);
	if (!found)
		return error_refused("unknown-layout",
			"%s: this kernel's headers do not say how large its entries are",
			section->name);
	*size = found;
	*owner = layout_field(layout, section->owner_field);
	return NULL;
}
