// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/kernel_private.h"

#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/moduleparam.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "kmod/kernel/problem.h"

struct kernel_private kernel_private;

static unsigned long kallsyms_lookup_name_address;
module_param_named(kallsyms_lookup_name, kallsyms_lookup_name_address, ulong, 0400);
MODULE_PARM_DESC(kallsyms_lookup_name,
	"address of the kernel's function of that name, for kernels without kprobes");

struct wanted_symbol {
	const char *name;
	size_t offset; /* of the pointer in struct kernel_private */
	bool optional;
};

#define NEEDED(symbol, member)                                                           \
	{                                                                                \
		symbol, offsetof(struct kernel_private, member), false                   \
	}
#define OPTIONAL(symbol, member)                                                         \
	{                                                                                \
		symbol, offsetof(struct kernel_private, member), true                    \
	}

static const struct wanted_symbol wanted_symbols[] = {
	NEEDED("kallsyms_on_each_match_symbol", kallsyms_on_each_match_symbol),
	NEEDED("stop_machine_cpuslocked", stop_machine_cpuslocked),
	NEEDED("idle_task", idle_task),
	NEEDED("put_task_stack", put_task_stack),
	NEEDED("wake_up_state", wake_up_state),
	NEEDED("module_alloc", module_alloc),
	NEEDED("module_memfree", module_memfree),
	NEEDED("insn_decode", insn_decode),
	NEEDED("text_mutex", text_mutex),
	NEEDED("module_mutex", module_mutex),
	NEEDED("find_module", find_module),
	NEEDED("_text", text_start),
	NEEDED("_etext", text_end),
	NEEDED("_end", image_end),
	NEEDED("__start_rodata", constants_start),
	NEEDED("__end_rodata", constants_end),
	NEEDED("__init_begin", init_start),
	NEEDED("__init_end", init_end),
	NEEDED("__noinstr_text_start", noinstr_start),
	NEEDED("__noinstr_text_end", noinstr_end),
	NEEDED("__entry_text_start", entry_start),
	NEEDED("__entry_text_end", entry_end),
	NEEDED("__start_notes", notes_start),
	NEEDED("__stop_notes", notes_end),
	NEEDED("__start___ksymtab", exports_start),
	NEEDED("__stop___ksymtab", exports_end),
	NEEDED("__start___ksymtab_gpl", gpl_exports_start),
	NEEDED("__stop___ksymtab_gpl", gpl_exports_end),
	OPTIONAL("arch_stack_walk_reliable", arch_stack_walk_reliable),
	OPTIONAL("stack_trace_save_tsk", stack_trace_save_tsk),
	OPTIONAL("__tracepoint_sched_switch", tracepoint_sched_switch),
	OPTIONAL("__tracepoint_task_newtask", tracepoint_task_newtask),
#ifdef CONFIG_KPROBES
	NEEDED("kprobe_mutex", kprobe_mutex),
	NEEDED("kprobe_blacklist", kprobe_blacklist),
	NEEDED("get_kprobe", get_kprobe),
	NEEDED("aggr_pre_handler", aggr_pre_handler),
	NEEDED("within_kprobe_blacklist", within_kprobe_blacklist),
	OPTIONAL("wait_for_kprobe_optimizer", wait_for_kprobe_optimizer),
#endif
#ifdef CONFIG_DYNAMIC_FTRACE
	NEEDED("ftrace_lock", ftrace_lock),
	NEEDED("ftrace_ops_list", ftrace_ops_list),
	NEEDED("ftrace_list_end", ftrace_list_end),
	NEEDED("ftrace_lookup_ip", ftrace_lookup_ip),
	NEEDED("ftrace_location", ftrace_location),
	OPTIONAL("ftrace_find_rec_direct", ftrace_find_rec_direct),
	OPTIONAL("kprobe_ftrace_handler", kprobe_ftrace_handler),
	OPTIONAL("is_bpf_text_address", is_bpf_text_address),
#endif
	OPTIONAL("perf_event_text_poke", perf_event_text_poke),
	OPTIONAL("x86_return_thunk", return_thunk),
	OPTIONAL("__x86_return_thunk", return_thunk_as_built),
	OPTIONAL("_paravirt_nop", pv_nop),
	OPTIONAL("paravirt_BUG", pv_bug),
	OPTIONAL("cpu_wants_rethunk_at", cpu_wants_rethunk_at),
	OPTIONAL("uniproc_patched", uniproc_patched),
	OPTIONAL("ftrace_caller", ftrace_caller),
	OPTIONAL("ftrace_regs_caller", ftrace_regs_caller),
	OPTIONAL("is_ftrace_trampoline", is_ftrace_trampoline),
	OPTIONAL("__static_call_return", static_call_return),
	OPTIONAL("__static_call_return0", static_call_return0),
};

#ifdef CONFIG_KPROBES
static unsigned long find_by_kprobe(void)
{
	struct kprobe probe = {.symbol_name = "kallsyms_lookup_name"};
	unsigned long address;

	if (register_kprobe(&probe))
		return 0;
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
#ifdef CONFIG_X86_KERNEL_IBT
	/* The probe sits behind the function's ENDBR, and calls must not. */
	address = ALIGN_DOWN(address, 16);
#endif
	return address;
}
#else
static unsigned long find_by_kprobe(void)
{
	return 0;
}
#endif

/* What the administrator gave us must at least be what kallsyms calls by that name. */
static bool is_kallsyms_lookup_name(unsigned long address)
{
	char name[KSYM_SYMBOL_LEN];

	sprint_symbol(name, address);
	return !strncmp(
		name, "kallsyms_lookup_name+0x0/", strlen("kallsyms_lookup_name+0x0/"));
}

static int find_lookup(void)
{
	unsigned long address = kallsyms_lookup_name_address;

	if (!address)
		address = find_by_kprobe();
	if (!address) {
		problem_add("kernel: kallsyms_lookup_name: not found by a kprobe: give "
			    "the module parameter kallsyms_lookup_name=0xADDRESS from "
			    "/proc/kallsyms");
		return -ENOENT;
	}
	if (!is_kallsyms_lookup_name(address)) {
		problem_add("kernel: kallsyms_lookup_name: is not at the address that was "
			    "given");
		return -EINVAL;
	}
	kernel_private.kallsyms_lookup_name = (void *)address;
	return 0;
}

int kernel_private_init(void)
{
	int result = find_lookup();
	size_t i;

	if (result)
		return result;
	for (i = 0; i < ARRAY_SIZE(wanted_symbols); i++) {
		const struct wanted_symbol *wanted = &wanted_symbols[i];
		unsigned long address = kernel_private.kallsyms_lookup_name(wanted->name);

		if (!address && !wanted->optional) {
			problem_add("kernel: %s: not in kallsyms: this kernel has none, or "
				    "was built without CONFIG_KALLSYMS_ALL",
				wanted->name);
			result = -ENOENT;
		}
		*(unsigned long *)((char *)&kernel_private + wanted->offset) = address;
	}
	return result;
}
