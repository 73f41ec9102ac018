// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/load/target_arrival.h"

#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kmod.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/umh.h>

#include "abi/update.h"
#include "kmod/kernel/problem.h"
#include "kmod/update/live_update.h"
#include "kmod/update/update_lock.h"
#include "kmod/update/update_part.h"
#include "kmod/update/update_sysfs.h"

/* How long threads in the way of a module that comes are waited for: nobody runs the
 * module itself, but code that is just being rewritten is not matched. */
#define DEADLINE (10 * HZ)
#define PAUSE_MS 50

/* A module between COMING and its init, which the same task does. */
struct arrival {
	struct list_head node;
	const struct task_struct *task;
	struct module *module;
	initcall_t init;
};

/* Protects the list. Nothing is taken under it. */
static DEFINE_MUTEX(arrival_mutex);
static LIST_HEAD(arrivals);

/* Protects the two below. Nothing is taken under it. */
static DEFINE_MUTEX(policy_mutex);
static char helper[PATH_MAX];
static bool is_leaving; /* on_mismatch */

static const char *const policy_names[] = {"refuse", "leave"};

static bool is_about(const struct live_update *update, const struct module *module)
{
	const struct ksplice_target *targets = update->targets;
	u32 i;

	for (i = 0; i < update->target_count; i++)
		if (targets[i].kind == KSPLICE_TARGET_MODULE &&
			!strcmp(targets[i].name, module->name))
			return true;
	return false;
}

static bool is_target(const struct module *module)
{
	const struct live_update *update;
	bool is_found = false;

	update_lock();
	live_update_foreach (update) {
		is_found = is_about(update, module);
		if (is_found)
			break;
	}
	update_unlock();
	return is_found;
}

/* ---- the helper --------------------------------------------------------------- */

static int run_helper(const char *id, const struct module *module)
{
	static char *environment[] = {
		"HOME=/", "PATH=/sbin:/usr/sbin:/bin:/usr/bin", NULL};
	char *program;
	char *arguments[5];
	int result;

	mutex_lock(&policy_mutex);
	program = kstrdup(helper, GFP_KERNEL);
	mutex_unlock(&policy_mutex);
	if (!program)
		return -ENOMEM;
	if (!program[0]) {
		problem_add("%s: no helper is set that loads its part for %s",
			id, module->name);
		result = -ENOENT;
		goto out_free;
	}
	arguments[0] = program;
	arguments[1] = "--part";
	arguments[2] = (char *)id;
	arguments[3] = (char *)module->name;
	arguments[4] = NULL;
	/* Whoever loads the module may be killed meanwhile. */
	result = call_usermodehelper(
		program, arguments, environment, UMH_WAIT_PROC | UMH_KILLABLE);
	if (result)
		problem_add("%s: %s --part %s %s: failed (%d)", id, program, id,
			module->name, result < 0 ? result : result >> 8);
out_free:
	kfree(program);
	return result < 0 ? result : result ? -ENOEXEC : 0;
}

/* ---- the part ----------------------------------------------------------------- */

static bool is_part_of(const struct update_part *part, const struct module *module)
{
	const struct ksplice_target *row = part->image.targets;

	return !part->is_gone && row->kind == KSPLICE_TARGET_MODULE &&
	       !strcmp(row->name, module->name);
}

/* The name of the part's module. */
static bool find_part(const char *id, const struct module *module, char *name)
{
	const struct live_update *update;
	const struct update_part *part;
	bool is_found = false;

	update_lock();
	live_update_foreach (update) {
		if (strcmp(update->id, id))
			continue;
		live_update_foreach_part (part, update) {
			if (!is_part_of(part, module))
				continue;
			strscpy(name, part->module->name, MODULE_NAME_LEN);
			is_found = true;
		}
	}
	update_unlock();
	return is_found;
}

static bool is_applied(const char *id)
{
	const struct live_update *update;
	bool is_applied;

	update_lock();
	update = live_update_find(id);
	is_applied = update && update->state == LIVE_UPDATE_APPLIED;
	update_unlock();
	return is_applied;
}

static int patch(const char *id, const struct module *module)
{
	unsigned long end = jiffies + DEADLINE;
	char name[MODULE_NAME_LEN];
	int result = run_helper(id, module);

	if (result)
		return result;
	if (!find_part(id, module, name)) {
		problem_add("%s: the helper has not loaded its part for %s", id,
			module->name);
		return -ENOENT;
	}
	for (;;) {
		result = live_update_apply_part(name);
		if (result != -EAGAIN || time_after(jiffies, end))
			return problem_add_errno(id, result);
		msleep(PAUSE_MS);
	}
}

/* ---- the module --------------------------------------------------------------- */

struct id_list {
	char (*ids)[KSPLICE_ID_SIZE];
	size_t count;
};

/* The applied updates that are about the module, in the order of their application. */
static int list_updates(const struct module *module, struct id_list *list)
{
	const struct live_update *update;
	size_t count = 0;
	int result = -ENOMEM;

	update_lock();
	live_update_foreach (update)
		count++;
	list->count = 0;
	list->ids = kcalloc(count + 1, sizeof(*list->ids), GFP_KERNEL);
	if (!list->ids)
		goto out_unlock;
	result = 0;
	live_update_foreach (update) {
		if (update->state == LIVE_UPDATE_APPLIED && is_about(update, module))
			memcpy(list->ids[list->count++], update->id, KSPLICE_ID_SIZE);
	}
out_unlock:
	update_unlock();
	return result;
}

static bool may_leave(void)
{
	bool may;

	mutex_lock(&policy_mutex);
	may = is_leaving;
	mutex_unlock(&policy_mutex);
	return may;
}

static int patch_module(const struct module *module)
{
	struct problem_step step;
	struct id_list list;
	int result;
	size_t i;

	problem_begin(&step, NULL);
	result = list_updates(module, &list);
	for (i = 0; !result && i < list.count; i++) {
		result = patch(list.ids[i], module);
		if (result && !is_applied(list.ids[i]))
			result = 0; /* it was reversed meanwhile */
		else if (!result)
			pr_info("Update %s applied to module %s before its init\n",
				list.ids[i], module->name);
	}
	problem_end(&step);
	if (result && may_leave()) {
		pr_crit("%s: runs WITHOUT update %s, because on_mismatch is leave\n",
			module->name, list.ids ? list.ids[i - 1] : "?");
		result = 0;
	} else if (result) {
		pr_err("%s: is not loaded, because update %s cannot be applied to it\n",
			module->name, list.ids ? list.ids[i - 1] : "?");
	}
	kfree(list.ids);
	return result;
}

/* The newest: an init may load other modules, but another task does that. */
static struct arrival *take_arrival(const struct module *module)
{
	struct arrival *arrival, *found = NULL;

	mutex_lock(&arrival_mutex);
	list_for_each_entry (arrival, &arrivals, node) {
		if (module ? arrival->module == module : arrival->task == current) {
			list_del(&arrival->node);
			found = arrival;
			break;
		}
	}
	mutex_unlock(&arrival_mutex);
	return found;
}

/* The init of a module that updates are about. */
static int run_init(void)
{
	struct arrival *arrival = take_arrival(NULL);
	initcall_t init = arrival->init;
	int result;

	/* rmmod looks at it. */
	arrival->module->init = init;
	result = patch_module(arrival->module);
	kfree(arrival);
	if (!result && init)
		result = init();
	module_put(THIS_MODULE);
	return result;
}

static int handle_coming(struct module *module)
{
	struct arrival *arrival;

	if (!is_target(module))
		return 0;
	arrival = kzalloc(sizeof(*arrival), GFP_KERNEL);
	if (!arrival)
		return -ENOMEM;
	arrival->task = current;
	arrival->module = module;
	arrival->init = module->init;
	__module_get(THIS_MODULE);
	module->init = run_init;
	mutex_lock(&arrival_mutex);
	list_add(&arrival->node, &arrivals);
	mutex_unlock(&arrival_mutex);
	return 0;
}

/* Also of one whose load failed, before its init or in it. */
static void handle_going(struct module *module)
{
	struct arrival *arrival = take_arrival(module);

	if (arrival) {
		module->init = arrival->init;
		kfree(arrival);
		module_put(THIS_MODULE);
	}
	live_update_forget_target(module);
}

static int handle_module(struct notifier_block *block, unsigned long event, void *data)
{
	int result = 0;

	if (event == MODULE_STATE_COMING)
		result = handle_coming(data);
	else if (event == MODULE_STATE_GOING)
		handle_going(data);
	return notifier_from_errno(result);
}

/* Last of all: then everybody has done to the module what they do before its init. */
static struct notifier_block module_block = {
	.notifier_call = handle_module,
	.priority = INT_MIN,
};

/* ---- the files ---------------------------------------------------------------- */

static ssize_t helper_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	ssize_t size;

	mutex_lock(&policy_mutex);
	size = sysfs_emit(buffer, "%s\n", helper);
	mutex_unlock(&policy_mutex);
	return size;
}

static ssize_t helper_store(struct kobject *kobject, struct kobj_attribute *attribute,
	const char *buffer, size_t size)
{
	size_t length = strcspn(buffer, "\n");

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	/* None, or an absolute path. */
	if (length >= sizeof(helper) || (length && buffer[0] != '/'))
		return -EINVAL;
	mutex_lock(&policy_mutex);
	memcpy(helper, buffer, length);
	helper[length] = '\0';
	mutex_unlock(&policy_mutex);
	return size;
}

static ssize_t on_mismatch_show(
	struct kobject *kobject, struct kobj_attribute *attribute, char *buffer)
{
	return sysfs_emit(buffer, "%s\n", policy_names[may_leave()]);
}

static ssize_t on_mismatch_store(struct kobject *kobject,
	struct kobj_attribute *attribute, const char *buffer, size_t size)
{
	int policy = __sysfs_match_string(
		policy_names, ARRAY_SIZE(policy_names), buffer);

	if (!capable(CAP_SYS_MODULE))
		return -EPERM;
	if (policy < 0)
		return policy;
	mutex_lock(&policy_mutex);
	is_leaving = policy;
	mutex_unlock(&policy_mutex);
	return size;
}

static struct kobj_attribute helper_attribute = __ATTR_RW_MODE(helper, 0600);
static struct kobj_attribute on_mismatch_attribute = __ATTR_RW_MODE(on_mismatch, 0600);

static const struct attribute *const attributes[] = {
	&helper_attribute.attr,
	&on_mismatch_attribute.attr,
	NULL,
};

int target_arrival_init(void)
{
	int result = register_module_notifier(&module_block);

	if (result)
		return result;
	result = sysfs_create_files(update_sysfs_root(), attributes);
	if (result)
		unregister_module_notifier(&module_block);
	return result;
}

void target_arrival_exit(void)
{
	sysfs_remove_files(update_sysfs_root(), attributes);
	unregister_module_notifier(&module_block);
	/* run_init gives back its reference before its last instructions. */
	synchronize_rcu_tasks();
}
