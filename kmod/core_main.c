// SPDX-License-Identifier: GPL-2.0-only
/*
 * core_main.c - ksplice.ko: the part of an installation that is in the kernel
 *
 * Small and generic: it knows nothing of patches or source. Built for the running kernel
 * like any module, it lets update modules load (symbol_provider), proves that the code
 * that they replace is what they were made for (update_image, run_pre), and then
 * applies and reverses them (live_update, machine_stop).
 */
#define pr_fmt(fmt) "ksplice: " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "abi/version.h"
#include "kmod/change/machine_stop.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/shadow_variable.h"
#include "kmod/load/control_device.h"
#include "kmod/load/module_binding.h"
#include "kmod/load/target_arrival.h"
#include "kmod/update/update_sysfs.h"

static int __init find_kernel(void)
{
	struct problem_step step;
	int result;

	problem_begin(&step, NULL);
	result = kernel_private_init();
	problem_end(&step);
	return result;
}

static int __init core_main_init(void)
{
	int result = find_kernel();

	if (result)
		return result;
	result = machine_stop_init();
	if (result)
		return result;
	result = update_sysfs_init();
	if (result)
		goto out_machine_stop;
	result = module_binding_init();
	if (result)
		goto out_update_sysfs;
	result = target_arrival_init();
	if (result)
		goto out_module_binding;
	result = control_device_init();
	if (result)
		goto out_target_arrival;
	return 0;

out_target_arrival:
	target_arrival_exit();
out_module_binding:
	module_binding_exit();
out_update_sysfs:
	update_sysfs_exit();
out_machine_stop:
	machine_stop_exit();
	return result;
}

static void __exit core_main_exit(void)
{
	control_device_exit();
	target_arrival_exit();
	module_binding_exit();
	update_sysfs_exit();
	machine_stop_exit();
	shadow_variable_exit();
}

module_init(core_main_init);
module_exit(core_main_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(KSPLICE_VERSION);
MODULE_DESCRIPTION("Ksplice: kernel updates without reboots");
