// SPDX-License-Identifier: GPL-2.0-only
/*
 * thief.c - a module that is no update, and takes a symbol that is published for one
 */
#include <linux/module.h>

struct ksplice_update;
int ksplice_update_load(struct module *module, const struct ksplice_update *update);

static int __init thief_init(void)
{
	pr_err("thief: runs\n");
	return ksplice_update_load(THIS_MODULE, NULL);
}

module_init(thief_init);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Takes what is published for an update");
