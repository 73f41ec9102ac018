// SPDX-License-Identifier: GPL-2.0-only
/*
 * update_template.c - the init and exit of every update module
 *
 * Compiled once per kernel tree. ksplice-create links it with the update's own
 * object, which defines ksplice_update, and gives the module its name.
 * The two functions of the core are not exported: the core publishes them, with
 * the other symbols that the update needs, for the time of the load.
 */
#include <linux/init.h>
#include <linux/module.h>

#include "abi/update.h"

/* KSPLICE_UPDATE_SYMBOL, KSPLICE_CORE_LOAD and KSPLICE_CORE_UNLOAD by name. */
extern const struct ksplice_update ksplice_update;
int ksplice_update_load(struct module *module, const struct ksplice_update *update);
void ksplice_update_unload(struct module *module, const struct ksplice_update *update);

static int __init update_template_init(void)
{
	return ksplice_update_load(THIS_MODULE, &ksplice_update);
}

static void __exit update_template_exit(void)
{
	ksplice_update_unload(THIS_MODULE, &ksplice_update);
}

module_init(update_template_init);
module_exit(update_template_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Ksplice update");
