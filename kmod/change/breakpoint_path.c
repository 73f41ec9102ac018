// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/breakpoint_path.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "kmod/change/probe_guard.h"
#include "kmod/kernel/kernel_private.h"

/*
 * In the order in which they run: arch/x86/kernel/traps.c, kernel/notifier.c. After
 * kprobe_exceptions_notify comes our handler, and ends the chain. Most are NOKPROBE,
 * which says nothing where kprobes are off; the functions of RCU, of lockdep and of the
 * checks of a debug kernel are not.
 * tests/kmod/test_breakpoint_path.sh traces what runs, and compares.
 */
static const char *const path_names[] = {
	"do_int3",
	"kgdb_ll_trap",
	"kprobe_int3_handler",
	"get_kprobe",
	"notify_die",
	"debug_lockdep_rcu_enabled",
	"rcu_is_watching",
	"atomic_notifier_call_chain",
	"__rcu_read_lock",
	"lock_acquire",
	"notifier_call_chain",
#ifdef CONFIG_DEBUG_NOTIFIERS
	"func_ptr_is_kernel_text",
	"core_kernel_text",
	"in_gate_area_no_mm",
	"is_module_text_address",
	"preempt_count_add",
	"__module_text_address",
	"__module_address",
	"rcu_read_lock_sched_held",
	"mod_find",
	"preempt_count_sub",
#endif
	"hw_breakpoint_exceptions_notify",
	"kprobe_exceptions_notify",
	"lock_release",
	"__rcu_read_unlock",
};

/* The compiler may have made another function of it: name.constprop.0, name.part.0. */
static bool is_of_function(const char *name, const char *function)
{
	size_t length = strlen(function);

	return !strncmp(name, function, length) && (!name[length] || name[length] == '.');
}

static bool is_between(unsigned long address, const char *start, const char *end)
{
	return address >= (unsigned long)start && address < (unsigned long)end;
}

bool breakpoint_path_has(unsigned long address, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(path_names); i++)
		if (is_of_function(name, path_names[i]))
			return true;
	return is_between(address, kernel_private.noinstr_start,
		       kernel_private.noinstr_end) ||
	       is_between(
		       address, kernel_private.entry_start, kernel_private.entry_end) ||
	       probe_guard_is_forbidden(address);
}
