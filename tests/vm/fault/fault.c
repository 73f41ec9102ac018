// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault.c - makes the kernel report a problem, to see that the harness notices
 *
 *   modprobe fault kind=warn|bug|null
 */
#include <linux/bug.h>
#include <linux/module.h>
#include <linux/string.h>

static char *kind = "";
module_param(kind, charp, 0);

static int __init fault_init(void)
{
	if (!strcmp(kind, "warn"))
		WARN_ON(1);
	else if (!strcmp(kind, "bug"))
		BUG();
	else if (!strcmp(kind, "null"))
		WRITE_ONCE(*(int *)READ_ONCE(kind), *(volatile int *)8UL);
	else
		return -EINVAL;
	return 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults on purpose");
