// SPDX-License-Identifier: GPL-2.0-only
/*
 * ksplice_impostor.c - a module that has the name of an update, and carries none
 */
#include <linux/module.h>

static int __init impostor_init(void)
{
	pr_err("impostor: runs\n");
	return 0;
}

module_init(impostor_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Has the name of an update");
