// SPDX-License-Identifier: GPL-2.0-only
/*
 * restart.c - a module of the VM tests: who reads its parameter "sleeper" gets an address
 * as the function that restarts its system call, and sleeps until a signal comes
 *
 *     insmod restart.ko function=0xADDRESS
 *     cat /sys/module/restart/parameters/sleeper &
 *
 * No update that can be undone stores such an address, so a test needs help to have one.
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

static unsigned long function;
module_param(function, ulong, 0400);

static int get_sleeper(char *buffer, const struct kernel_param *parameter)
{
	long (*before)(struct restart_block *) = current->restart_block.fn;

	current->restart_block.fn = (void *)function;
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule();
	}
	__set_current_state(TASK_RUNNING);
	current->restart_block.fn = before;
	return -EINTR;
}

static const struct kernel_param_ops sleeper_ops = {.get = get_sleeper};
module_param_cb(sleeper, &sleeper_ops, NULL, 0400);

static int __init restart_init(void)
{
	return 0;
}

static void __exit restart_exit(void)
{
}

module_init(restart_init);
module_exit(restart_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A thread with a restart function of choice");
