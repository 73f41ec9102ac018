// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/control_device.h"

#include <linux/atomic.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/load/symbol_list.h"
#include "kmod/load/symbol_provider.h"

/* Far more than the symbols of any update; a bound on what root may make us hold. */
#define WRITE_LIMIT (16 << 20)

static atomic_t is_open = ATOMIC_INIT(0);

static int control_device_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (atomic_cmpxchg(&is_open, 0, 1))
		return -EBUSY;
	return 0;
}

static int control_device_release(struct inode *inode, struct file *file)
{
	symbol_provider_withdraw();
	atomic_set(&is_open, 0);
	return 0;
}

static ssize_t control_device_read(
	struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	return problem_read(buffer, size, position);
}

static ssize_t control_device_write(
	struct file *file, const char __user *buffer, size_t size, loff_t *position)
{
	struct target_table targets = {0};
	void *list;
	int result;

	if (size > WRITE_LIMIT)
		return -EFBIG;
	list = vmemdup_user(buffer, size);
	if (IS_ERR(list))
		return PTR_ERR(list);
	problem_begin();
	result = symbol_list_check(list, size, &targets);
	if (!result)
		result = symbol_provider_publish(list, size, &targets);
	if (result)
		target_table_deinit(&targets);
	problem_end();
	kvfree(list);
	return result ? result : size;
}

static const struct file_operations control_device_operations = {
	.owner = THIS_MODULE,
	.open = control_device_open,
	.release = control_device_release,
	.read = control_device_read,
	.write = control_device_write,
	.llseek = default_llseek,
};

static struct miscdevice control_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KSPLICE_DEVICE_NAME,
	.fops = &control_device_operations,
	.mode = 0600,
};

int control_device_init(void)
{
	return misc_register(&control_device);
}

void control_device_exit(void)
{
	misc_deregister(&control_device);
}
