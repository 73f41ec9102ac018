// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_main.c - ksplice.ko: the part of an installation that is in the kernel
 *
 * Small and generic: it knows nothing of patches or source. Built for the running kernel
 * like any module, it lets update modules load (symbol_provider), proves that the code
 * that they replace is what they were made for (update_image, run_pre), and then
 * applies and reverses them (update_life, live_update, machine_stop).
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "abi/update.h"
#include "abi/version.h"
#include "kmod/change/machine_stop.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/shadow_variable.h"
#include "kmod/load/control_device.h"
#include "kmod/load/module_binding.h"
#include "kmod/load/target_arrival.h"
#include "kmod/update/update_life.h"
#include "kmod/update/update_sysfs.h"

/* In the order of their start; each may use those before it. */
static const struct stage {
	const char *name; /* for a reason */
	int (*init)(void);
	void (*exit)(void);
} stages[] = {
	{"the kernel's own functions", kernel_private_init},
	{"shadow variables", .exit = shadow_variable_exit},
	{"stopping the machine", machine_stop_init, machine_stop_exit},
	{"/sys/kernel/" KSPLICE_SYSFS_NAME, update_sysfs_init, update_sysfs_exit},
	{"updates that wait", .exit = update_life_exit},
	{"the notifier of modules", module_binding_init, module_binding_exit},
	{"the arrival of targets", target_arrival_init, target_arrival_exit},
	{"/dev/" KSPLICE_DEVICE_NAME, control_device_init, control_device_exit},
};

static void end_stages(size_t count)
{
	while (count--)
		if (stages[count].exit)
			stages[count].exit();
}

static int begin_stages(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		int result = stages[i].init ? stages[i].init() : 0;

		if (!result)
			continue;
		problem_add_errno(stages[i].name, result);
		end_stages(i);
		return result;
	}
	return 0;
}

static int __init core_main_init(void)
{
	struct problem_step step;
	int result;

	problem_begin(&step, NULL);
	result = begin_stages();
	problem_end(&step);
	return result;
}

static void __exit core_main_exit(void)
{
	end_stages(ARRAY_SIZE(stages));
}

module_init(core_main_init);
module_exit(core_main_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(KSPLICE_VERSION);
MODULE_DESCRIPTION("Ksplice: kernel updates without reboots");
