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
	struct live_update *update = to_update(kobject);
	struct problem_step step;
	int result = -EINVAL;

	/* The file's mode is no answer: its descriptor may have been handed on. */
	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	problem_begin(&step, NULL);
	if (sysfs_streq(buffer, state_names[LIVE_UPDATE_APPLIED]))
		result = live_update_apply(update);
	else if (sysfs_streq(buffer, state_names[LIVE_UPDATE_REVERSED]))
		result = live_update_reverse(update);
	problem_end(&step);
	return result ? result : size;
}

static ssize_t target_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", to_update(kobject)->image.targets[0].name);
}

static ssize_t build_id_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	const struct ksplice_target *target = to_update(kobject)->image.targets;

	return sysfs_emit(
		buffer, "%*phN\n", (int)target->build_id_size, target->build_id);
}

static ssize_t attempts_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%u\n", update->attempts);
	update_unlock();
	return size;
}

static ssize_t conflicts_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%s", update->conflicts.conflicts ?: "");
	update_unlock();
	return size;
}

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

static ssize_t signalled_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%s", update->conflicts.signalled ?: "");
	update_unlock();
	return size;
}

static ssize_t pause_ns_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%llu\n", update->times.pause_ns);
	update_unlock();
	return size;
}

static ssize_t stop_ns_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	struct live_update *update = to_update(kobject);
	ssize_t size;

	update_lock();
	size = sysfs_emit(buffer, "%llu\n", update->times.total_ns);
	update_unlock();
	return size;
}

/* Binary files, because a large update's list does not fit in one page. */
static ssize_t functions_read(struct file *file, struct kobject *kobject,
	struct bin_attribute *attribute, char *buffer, loff_t position, size_t size)
{
	const struct update_text *list = &to_update(kobject)->functions;

	return memory_read_from_buffer(buffer, size, &position, list->text, list->size);
}

static ssize_t constants_read(struct file *file, struct kobject *kobject,
	struct bin_attribute *attribute, char *buffer, loff_t position, size_t size)
{
	const struct update_text *list = &to_update(kobject)->constants;

	return memory_read_from_buffer(buffer, size, &position, list->text, list->size);
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

static struct kobj_attribute state_attribute =
	__ATTR(state, 0600, state_show, state_store);
static struct kobj_attribute target_attribute = __ATTR_RO(target);
static struct kobj_attribute build_id_attribute = __ATTR_RO(build_id);
static struct kobj_attribute attempts_attribute = __ATTR_RO(attempts);
static struct kobj_attribute conflicts_attribute = __ATTR_RO_MODE(conflicts, 0400);
static struct kobj_attribute signal_attribute = __ATTR(signal, 0200, NULL, signal_store);
static struct kobj_attribute signalled_attribute = __ATTR_RO_MODE(signalled, 0400);
static struct kobj_attribute pause_ns_attribute = __ATTR_RO(pause_ns);
static struct kobj_attribute stop_ns_attribute = __ATTR_RO(stop_ns);
static struct bin_attribute stacks_attribute =
	__BIN_ATTR(stacks, 0400, stacks_read, NULL, 0);
static struct bin_attribute functions_attribute = __BIN_ATTR_RO(functions, 0);
static struct bin_attribute constants_attribute = __BIN_ATTR_RO(constants, 0);

static struct attribute *update_attributes[] = {
	&state_attribute.attr,
	&target_attribute.attr,
	&build_id_attribute.attr,
	&attempts_attribute.attr,
	&conflicts_attribute.attr,
	&signal_attribute.attr,
	&signalled_attribute.attr,
	&pause_ns_attribute.attr,
	&stop_ns_attribute.attr,
	NULL,
};

static struct bin_attribute *update_bin_attributes[] = {
	&stacks_attribute,
	&functions_attribute,
	&constants_attribute,
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

static size_t print_function(const struct update_image *image,
	const struct ksplice_hunk *hunk, char *text, size_t size)
{
	if (hunk->kind == KSPLICE_HUNK_DATA)
		return 0;
	return snprintf(text, size, "%s %u %s\n", update_image_name(image, hunk),
		hunk->size, hunk->kind == KSPLICE_HUNK_FUNCTION ? "replaced" : "part");
}

static size_t print_constant(const struct update_image *image,
	const struct ksplice_hunk *hunk, char *text, size_t size)
{
	if (hunk->kind != KSPLICE_HUNK_DATA)
		return 0;
	return snprintf(
		text, size, "%s %u\n", update_image_name(image, hunk), hunk->size);
}

typedef size_t print_hunk_t(const struct update_image *image,
	const struct ksplice_hunk *hunk, char *text, size_t size);

static int make_text(const struct update_image *image, print_hunk_t *print_hunk,
	struct update_text *list)
{
	const struct ksplice_hunk *hunk;
	size_t size = 0;

	update_image_foreach_hunk (hunk, image)
		size += print_hunk(image, hunk, NULL, 0);
	list->text = kvmalloc(size + 1, GFP_KERNEL);
	if (!list->text)
		return -ENOMEM;
	list->size = 0;
	update_image_foreach_hunk (hunk, image)
		list->size += print_hunk(
			image, hunk, list->text + list->size, size + 1 - list->size);
	return 0;
}

static void free_texts(struct live_update *update)
{
	kvfree(update->functions.text);
	kvfree(update->constants.text);
}

int update_sysfs_add(struct live_update *update)
{
	int result = make_text(&update->image, print_function, &update->functions);

	if (!result)
		result = make_text(&update->image, print_constant, &update->constants);
	if (result) {
		free_texts(update);
		return result;
	}
	result = kobject_init_and_add(
		&update->kobject, &update_type, root, "%s", update->image.header->id);
	if (result)
		update_sysfs_remove(update);
	return result;
}

void update_sysfs_remove(struct live_update *update)
{
	kobject_del(&update->kobject);
	kobject_put(&update->kobject);
	wait_for_completion(&update->released);
	free_texts(update);
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

void update_sysfs_exit(void)
{
	kobject_put(root);
}
