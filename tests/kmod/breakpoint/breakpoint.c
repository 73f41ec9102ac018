// SPDX-License-Identifier: GPL-2.0-only
/*
 * breakpoint.c - runs into a breakpoint, and handles it as ksplice.ko does its own
 *
 * Between the functions begin_path and end_path, which a tracer sees, nothing runs but
 * the way from the breakpoint to its handler and back.
 */
#include <linux/irqflags.h>
#include <linux/kdebug.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>

static bool is_handled;

/* Not the same code, or the compiler makes one function of them. */
static noinline void begin_path(void)
{
	asm volatile("# begin");
}

static noinline void end_path(void)
{
	asm volatile("# end");
}

static noinline int handle_breakpoint(
	struct notifier_block *block, unsigned long event, void *data)
{
	if (event != DIE_INT3 || is_handled)
		return NOTIFY_DONE;
	is_handled = true;
	return NOTIFY_STOP;
}

static struct notifier_block die_block = {
	.notifier_call = handle_breakpoint,
	.priority = INT_MAX,
};

static int __init breakpoint_init(void)
{
	unsigned long flags;
	int result = register_die_notifier(&die_block);

	if (result)
		return result;
	local_irq_save(flags);
	begin_path();
	asm volatile("int3");
	end_path();
	local_irq_restore(flags);
	unregister_die_notifier(&die_block);
	return is_handled ? 0 : -EINVAL;
}

static void __exit breakpoint_exit(void)
{
}

module_init(breakpoint_init);
module_exit(breakpoint_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A breakpoint on purpose");
