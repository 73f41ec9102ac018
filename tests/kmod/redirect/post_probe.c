// SPDX-License-Identifier: GPL-2.0-only
/*
 * post_probe.c - a kprobe with a post handler, on the function behind /proc/loadavg
 *
 * For such a one the kernel uses an ftrace_ops that may change where execution goes on;
 * it does not. hits counts the calls.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static unsigned int hits;
module_param(hits, uint, 0444);

static void count_hit(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
	hits++;
}

static struct kprobe probe = {
	.symbol_name = "loadavg_proc_show",
	.post_handler = count_hit,
};

static int __init post_probe_init(void)
{
	return register_kprobe(&probe);
}

static void __exit post_probe_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(post_probe_init);
module_exit(post_probe_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A kprobe with a post handler, to meet an update");
