// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/load/control_device.h"

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "abi/control.h"
#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/kernel/target_table.h"
#include "kmod/load/load_session.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_life.h"
#include "kmod/update/update_order.h"

/* Far more than the symbols of any update; a bound on what root may make us hold. */
#define WRITE_LIMIT (16 << 20)

static int control_device_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	file->private_data = load_session_create();
	return file->private_data ? 0 : -ENOMEM;
}

/* At each close(2), the end of a process included. The owner's counts: a child may hold
 * the file open for longer. */
static int control_device_flush(struct file *file, fl_owner_t id)
{
	if (load_session_is_own(file->private_data))
		load_session_withdraw(file->private_data);
	return 0;
}

static int control_device_release(struct inode *inode, struct file *file)
{
	load_session_withdraw(file->private_data);
	load_session_put(file->private_data);
	return 0;
}

/*
 * The file may have been handed on, by fork or over a socket, and privileges dropped.
 * What is refused here is told to the kernel's log only: the file's log is for its
 * owner's own steps.
 */
static int check_caller(const struct load_session *session)
{
	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (load_session_is_own(session))
		return 0;
	pr_err("/dev/" KSPLICE_DEVICE_NAME
	       ": process %d uses a file that another process "
	       "opened\n",
		task_tgid_vnr(current));
	return -EPERM;
}

static ssize_t control_device_read(
	struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	int result = check_caller(file->private_data);

	if (result)
		return result;
	return problem_log_read(
		load_session_log(file->private_data), buffer, size, position);
}

/* Before anything is locked: user memory may take its time. */
static int copy_list(const char __user *buffer, size_t size, void **list)
{
	void *copy;

	if (size > WRITE_LIMIT) {
		problem_add("symbol list: is larger than %u bytes", WRITE_LIMIT);
		return -EFBIG;
	}
	copy = vmemdup_user(buffer, size);
	if (IS_ERR(copy))
		return problem_add_errno("symbol list", PTR_ERR(copy));
	*list = copy;
	return 0;
}

static ssize_t control_device_write(
	struct file *file, const char __user *buffer, size_t size, loff_t *position)
{
	struct load_session *session = file->private_data;
	struct problem_step step;
	void *list = NULL;
	int result = check_caller(session);

	if (result)
		return result;
	problem_begin(&step, load_session_log(session));
	result = copy_list(buffer, size, &list);
	if (!result)
		result = load_session_publish(session, list, size);
	problem_end(&step);
	return result ? result : size;
}

static const struct control_verb {
	bool is_known;
	struct update_order order;
} verbs[] = {
	[KSPLICE_CONTROL_APPLY] = {true, {}},
	[KSPLICE_CONTROL_REVERSE] = {true, {.is_reversal = true}},
	[KSPLICE_CONTROL_CHECK_APPLY] = {true, {.is_trial = true}},
	[KSPLICE_CONTROL_CHECK_REVERSE] = {true, {.is_trial = true, .is_reversal = true}},
};

/* The options that an apply knows, and those that a reversal knows. */
#define APPLY_OPTIONS                                                                    \
	(KSPLICE_CONTROL_FULL_SCAN | KSPLICE_CONTROL_REPLACE | KSPLICE_CONTROL_PARTIAL)
#define REVERSE_OPTIONS KSPLICE_CONTROL_FULL_SCAN

static int forget_update(const struct ksplice_control_change *change)
{
	if (!change->options)
		return update_life_forget(change->id);
	problem_add("%s: this ksplice.ko does not know the options 0x%x of the verb %u",
		change->id, change->options, change->verb);
	return -EOPNOTSUPP;
}

static int change_update(const struct ksplice_control_change *change)
{
	struct update_order order;
	u32 unknown;

	if (strnlen(change->id, sizeof(change->id)) == sizeof(change->id) ||
		memchr_inv(change->reserved, 0, sizeof(change->reserved))) {
		problem_add("the request is damaged");
		return -EINVAL;
	}
	if (change->verb == KSPLICE_CONTROL_FORGET)
		return forget_update(change);
	if (change->verb >= ARRAY_SIZE(verbs) || !verbs[change->verb].is_known) {
		problem_add("%s: this ksplice.ko does not know the verb %u", change->id,
			change->verb);
		return -EOPNOTSUPP;
	}
	order = verbs[change->verb].order;
	unknown =
		change->options & ~(order.is_reversal ? REVERSE_OPTIONS : APPLY_OPTIONS);
	if (unknown) {
		problem_add("%s: this ksplice.ko does not know the options 0x%x of the "
			    "verb %u",
			change->id, unknown, change->verb);
		return -EOPNOTSUPP;
	}
	order.is_full_scan = change->options & KSPLICE_CONTROL_FULL_SCAN;
	order.is_replacing = change->options & KSPLICE_CONTROL_REPLACE;
	order.is_partial = change->options & KSPLICE_CONTROL_PARTIAL;
	return live_update_change_id(change->id, &order);
}

/* These two are no failures that need words. */
static bool is_plain(int result)
{
	return result == -EAGAIN || result == -EALREADY;
}

static int ask_change(const void __user *argument)
{
	struct ksplice_control_change change;
	int result;

	if (copy_from_user(&change, argument, sizeof(change)))
		return -EFAULT;
	result = change_update(&change);
	if (!is_plain(result))
		problem_add_errno(change.id, result);
	return result;
}

static int announce_update(const struct ksplice_control_announce *announce)
{
	struct ksplice_target *targets;
	int result;

	if (announce->reserved || !announce->part_count ||
		announce->part_count > TARGET_TABLE_LIMIT) {
		problem_add("the request is damaged");
		return -EINVAL;
	}
	targets = vmemdup_user(u64_to_user_ptr(announce->parts),
		announce->part_count * sizeof(*targets));
	if (IS_ERR(targets))
		return PTR_ERR(targets);
	result = update_life_announce(announce->id, targets, announce->part_count);
	kvfree(targets);
	return result;
}

static int ask_announce(const void __user *argument)
{
	struct ksplice_control_announce announce;

	if (copy_from_user(&announce, argument, sizeof(announce)))
		return -EFAULT;
	return problem_add_errno("the announcement", announce_update(&announce));
}

static const struct control_request {
	unsigned int command;
	int (*ask)(const void __user *argument);
} requests[] = {
	{KSPLICE_IOCTL_CHANGE, ask_change},
	{KSPLICE_IOCTL_ANNOUNCE, ask_announce},
};

static long control_device_ioctl(
	struct file *file, unsigned int command, unsigned long argument)
{
	struct load_session *session = file->private_data;
	struct problem_step step;
	int result = check_caller(session);
	size_t i;

	if (result)
		return result;
	for (i = 0; i < ARRAY_SIZE(requests) && requests[i].command != command; i++)
		;
	if (i == ARRAY_SIZE(requests))
		return -ENOTTY;
	problem_begin(&step, load_session_log(session));
	result = requests[i].ask((const void __user *)argument);
	problem_end(&step);
	return result;
}

static const struct file_operations control_device_operations = {
	.owner = THIS_MODULE,
	.open = control_device_open,
	.flush = control_device_flush,
	.release = control_device_release,
	.read = control_device_read,
	.write = control_device_write,
	.unlocked_ioctl = control_device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
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
