// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_sysfs.h"

#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "abi/update.h"
#include "abi/version.h"
#include "kmod/kernel/problem.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_order.h"
#include "kmod/update/update_text.h"

static struct kobject *root;

static const char *const state_names[] = {
	[LIVE_UPDATE_LOADED] = "loaded",
	[LIVE_UPDATE_APPLIED] = "applied",
	[LIVE_UPDATE_REVERSED] = "reversed",
};

static struct live_update *to_update(struct kobject *kobject)
{
	return container_of(kobject, struct live_update, kobject);
}

static ssize_t state_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%s\n", state_names[update->state]);
	update_unlock();
	return size;
}

static ssize_t state_store(struct kobject *kobject, struct kobj_attribute *attribute,
	const char *buffer, size_t size)
{
	struct update_order order;
	struct problem_step step;
	int result;

	/* The file's mode is no answer: its descriptor may have been handed on. */
	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	problem_begin(&step, NULL);
	result = update_order_parse(buffer, &order);
	if (!result)
		result = live_update_change(to_update(kobject), &order);
	if (result != -EAGAIN && result != -EALREADY)
		problem_add_errno(to_update(kobject)->id, result);
	problem_end(&step);
	return result ? result : size;
}

/* Those that are one number or word. */
#define UPDATE_SHOW(name, format, value)                                                 \
	static ssize_t name##_show(                                                      \
		struct kobject *kobject, struct kobj_attribute *attribute, char *buffer) \
	{                                                                                \
		struct live_update *update = to_update(kobject);                         \
		ssize_t size;                                                            \
                                                                                         \
		update_lock();                                                           \
		size = sysfs_emit(buffer, format, value);                                \
		update_unlock();                                                         \
		return size;                                                             \
	}

UPDATE_SHOW(attempts, "%u\n", update->attempts)
UPDATE_SHOW(changed_at, "%lld\n", update->changed_at)
UPDATE_SHOW(conflicts, "%s", update->conflicts.conflicts ?: "")
UPDATE_SHOW(signalled, "%s", update->conflicts.signalled ?: "")
UPDATE_SHOW(pause_ns, "%llu\n", update->times.pause_ns)
UPDATE_SHOW(stop_ns, "%llu\n", update->times.total_ns)
UPDATE_SHOW(replaced_by, "%s\n", update->replaced_by)

static ssize_t signal_store(struct kobject *kobject, struct kobj_attribute *attribute,
	const char *buffer, size_t size)
{
	struct live_update *update = to_update(kobject);

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (!sysfs_streq(buffer, "1"))
		return -EINVAL;
	update_lock();
	conflict_report_signal(&update->conflicts);
	update_unlock();
	return size;
}

static struct kobj_attribute state_attribute =
	__ATTR(state, 0600, state_show, state_store);
static struct kobj_attribute attempts_attribute = __ATTR_RO(attempts);
static struct kobj_attribute changed_at_attribute = __ATTR_RO(changed_at);
static struct kobj_attribute conflicts_attribute = __ATTR_RO_MODE(conflicts, 0400);
static struct kobj_attribute signal_attribute = __ATTR(signal, 0200, NULL, signal_store);
static struct kobj_attribute signalled_attribute = __ATTR_RO_MODE(signalled, 0400);
static struct kobj_attribute pause_ns_attribute = __ATTR_RO(pause_ns);
static struct kobj_attribute stop_ns_attribute = __ATTR_RO(stop_ns);
static struct kobj_attribute replaced_by_attribute = __ATTR_RO(replaced_by);

/* Lists are binary files, because a large update's does not fit in one page. Each read
 * makes the text anew. */
static ssize_t list_read(struct file *file, struct kobject *kobject,
	struct bin_attribute *attribute, char *buffer, loff_t position, size_t size)
{
	update_text_print_t *print = attribute->private;
	struct live_update *update = to_update(kobject);
	struct update_text text = {0};
	ssize_t result = -ENOMEM;

	update_lock();
	print(update, &text);
	text.room = text.size + 1;
	text.size = 0;
	text.buffer = kvmalloc(text.room, GFP_KERNEL);
	if (text.buffer) {
		print(update, &text);
		/* What is overridden may have changed since the first time. */
		result = memory_read_from_buffer(buffer, size, &position, text.buffer,
			min(text.size, text.room - 1));
	}
	update_unlock();
	kvfree(text.buffer);
	return result;
}

/* Of the last attempt, like the conflicts. */
static ssize_t stacks_read(struct file *file, struct kobject *kobject,
	struct bin_attribute *attribute, char *buffer, loff_t position, size_t size)
{
	struct live_update *update = to_update(kobject);
	ssize_t result;

	update_lock();
	result = memory_read_from_buffer(buffer, size, &position,
		update->conflicts.stacks, update->conflicts.stacks_size);
	update_unlock();
	return result;
}

static struct bin_attribute stacks_attribute =
	__BIN_ATTR(stacks, 0400, stacks_read, NULL, 0);

#define LIST_ATTRIBUTE(file, print)                                                      \
	{                                                                                \
		.attr = {.name = (file), .mode = 0444}, .private = (print),              \
		.read = list_read                                                        \
	}

static struct bin_attribute functions_attribute =
	LIST_ATTRIBUTE("functions", update_text_functions);
static struct bin_attribute constants_attribute =
	LIST_ATTRIBUTE("constants", update_text_constants);
static struct bin_attribute hooks_attribute = LIST_ATTRIBUTE("hooks", update_text_hooks);
static struct bin_attribute parts_attribute = LIST_ATTRIBUTE("parts", update_text_parts);
static struct bin_attribute target_attribute =
	LIST_ATTRIBUTE("target", update_text_targets);
static struct bin_attribute build_id_attribute =
	LIST_ATTRIBUTE("build_id", update_text_build_ids);
static struct bin_attribute depends_attribute =
	LIST_ATTRIBUTE("depends", update_text_depends);
static struct bin_attribute flags_attribute = LIST_ATTRIBUTE("flags", update_text_flags);
static struct bin_attribute overridden_attribute =
	LIST_ATTRIBUTE("overridden", update_text_overridden);

static struct attribute *update_attributes[] = {
	&state_attribute.attr,
	&attempts_attribute.attr,
	&changed_at_attribute.attr,
	&conflicts_attribute.attr,
	&signal_attribute.attr,
	&signalled_attribute.attr,
	&pause_ns_attribute.attr,
	&stop_ns_attribute.attr,
	&replaced_by_attribute.attr,
	NULL,
};

static struct bin_attribute *update_bin_attributes[] = {
	&stacks_attribute,
	&functions_attribute,
	&constants_attribute,
	&hooks_attribute,
	&parts_attribute,
	&target_attribute,
	&build_id_attribute,
	&depends_attribute,
	&flags_attribute,
	&overridden_attribute,
	NULL,
};

static const struct attribute_group update_group = {
	.attrs = update_attributes,
	.bin_attrs = update_bin_attributes,
};

static const struct attribute_group *update_groups[] = {
	&update_group,
	NULL,
};

/* The memory is the update's; it is freed by who waits for this. */
static void release_update(struct kobject *kobject)
{
	complete(&to_update(kobject)->released);
}

static struct kobj_type update_type = {
	.release = release_update,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = update_groups,
};

int update_sysfs_add(struct live_update *update)
{
	int result = kobject_init_and_add(
		&update->kobject, &update_type, root, "%s", update->id);

	if (result) {
		problem_add("%s: its folder in sysfs cannot be made (%d)", update->id,
			result);
		/* Its name may be in memory; it is in no folder. */
		kobject_put(&update->kobject);
		wait_for_completion(&update->released);
		return result;
	}
	update->is_shown = true;
	return 0;
}

void update_sysfs_remove(struct live_update *update)
{
	kobject_del(&update->kobject);
	kobject_put(&update->kobject);
	wait_for_completion(&update->released);
}

static ssize_t version_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", KSPLICE_VERSION);
}

static ssize_t abi_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%u\n", KSPLICE_ABI_VERSION);
}

static u64 empty_stop_ns; /* protected by the update lock */

static ssize_t empty_stop_ns_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%llu\n", empty_stop_ns);
	update_unlock();
	return size;
}

static ssize_t empty_stop_ns_store(struct kobject *kobject,
	struct kobj_attribute *attribute, const char *buffer, size_t size)
{
	struct machine_stop_times times;
	bool has_looked = sysfs_streq(buffer, "after-look");
	int result;

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (!has_looked && !sysfs_streq(buffer, "1"))
		return -EINVAL;
	update_lock();
	result = machine_stop_measure(has_looked, &times);
	if (!result)
		empty_stop_ns = times.total_ns;
	update_unlock();
	return result ? result : size;
}

static struct kobj_attribute version_attribute = __ATTR_RO(version);
static struct kobj_attribute abi_attribute = __ATTR_RO(abi);
static struct kobj_attribute empty_stop_ns_attribute =
	__ATTR(empty_stop_ns, 0600, empty_stop_ns_show, empty_stop_ns_store);

static const struct attribute *const root_attributes[] = {
	&version_attribute.attr,
	&abi_attribute.attr,
	&empty_stop_ns_attribute.attr,
	NULL,
};

int update_sysfs_init(void)
{
	int result;

	root = kobject_create_and_add(KSPLICE_SYSFS_NAME, kernel_kobj);
	if (!root)
		return -ENOMEM;
	result = sysfs_create_files(root, root_attributes);
	if (result)
		kobject_put(root);
	return result;
}

struct kobject *update_sysfs_root(void)
{
	return root;
}

void update_sysfs_exit(void)
{
	kobject_put(root);
}
