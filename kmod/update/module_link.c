// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/module_link.h"

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "kmod/kernel/kernel_private.h"

#ifdef CONFIG_MODULE_UNLOAD

/* As add_module_usage in kernel/module/main.c; module_unload_free there takes it away. */
static int add_use(struct module *user, struct module *used)
{
	struct module_use *use = kmalloc(sizeof(*use), GFP_KERNEL);

	if (!use)
		return -ENOMEM;
	use->source = user;
	use->target = used;
	list_add(&use->source_list, &used->source_list);
	list_add(&use->target_list, &user->target_list);
	return 0;
}

static void remove_use(struct module *user, struct module *used)
{
	struct module_use *use;

	list_for_each_entry (use, &user->target_list, target_list) {
		if (use->target != used)
			continue;
		list_del(&use->source_list);
		list_del(&use->target_list);
		kfree(use);
		return;
	}
}

#else

static int add_use(struct module *user, struct module *used)
{
	return 0;
}

static void remove_use(struct module *user, struct module *used)
{
}

#endif

int module_link_add(struct module *user, struct module *used)
{
	int result = -ENODEV;

	/* Both the state and the lists are protected by it. */
	mutex_lock(kernel_private.module_mutex);
	if (used->state == MODULE_STATE_LIVE && try_module_get(used)) {
		result = add_use(user, used);
		if (result)
			module_put(used);
	}
	mutex_unlock(kernel_private.module_mutex);
	return result;
}

void module_link_remove(struct module *user, struct module *used)
{
	mutex_lock(kernel_private.module_mutex);
	remove_use(user, used);
	mutex_unlock(kernel_private.module_mutex);
	module_put(used);
}
