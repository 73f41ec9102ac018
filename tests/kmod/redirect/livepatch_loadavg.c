// SPDX-License-Identifier: GPL-2.0-only
/*
 * livepatch_loadavg.c - a kernel livepatch of the function behind /proc/loadavg
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static int livepatch_show(struct seq_file *m, void *v)
{
	seq_puts(m, "livepatched\n");
	return 0;
}

static struct klp_func functions[] = {
	{.old_name = "loadavg_proc_show", .new_func = livepatch_show},
	{},
};

static struct klp_object objects[] = {
	{.funcs = functions}, /* of vmlinux */
	{},
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_loadavg_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_loadavg_exit(void)
{
}

module_init(livepatch_loadavg_init);
module_exit(livepatch_loadavg_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("A kernel livepatch, to meet an update");
