// SPDX-License-Identifier: GPL-2.0-only
/*
 * exporter.c - exports a symbol, and holds up the loads of updates
 *
 * The test gives the long name's symbol another name, that of a symbol that an update
 * needs. While the parameter hold is 1, each load of a module ksplice_... waits behind
 * the core's own check, and held is 1.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

int hostile_test_export;
EXPORT_SYMBOL_GPL(hostile_test_export);

int hostile_test_export_whose_name_is_so_long_that_any_other_fits____________;
EXPORT_SYMBOL_GPL(
	hostile_test_export_whose_name_is_so_long_that_any_other_fits____________);

static bool hold, held;
module_param(hold, bool, 0600);
module_param(held, bool, 0400);

static int notify(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (state != MODULE_STATE_COMING || !str_has_prefix(module->name, "ksplice_"))
		return NOTIFY_DONE;
	while (READ_ONCE(hold)) {
		WRITE_ONCE(held, true);
		msleep(10);
	}
	WRITE_ONCE(held, false);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {.notifier_call = notify};

static int __init exporter_init(void)
{
	return register_module_notifier(&notifier);
}

static void __exit exporter_exit(void)
{
	unregister_module_notifier(&notifier);
}

module_init(exporter_init);
module_exit(exporter_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Exports a symbol for a test of ksplice");
