// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/module_binding.h"

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "abi/update.h"
#include "kmod/compat/module_memory.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"
#include "kmod/load/load_session.h"
#include "kmod/load/symbol_provider.h"

#ifndef CONFIG_MODULE_UNLOAD
#error "Without CONFIG_MODULE_UNLOAD the kernel keeps no list of who uses whose symbols"
#endif

/*
 * By kallsyms, because a module has no sections any more at MODULE_STATE_COMING, and no
 * files in sysfs yet.
 */
static const struct ksplice_update *find_symbol_header(const struct module *module)
{
	char name[MODULE_NAME_LEN + sizeof(":" KSPLICE_UPDATE_SYMBOL)];

	snprintf(name, sizeof(name), "%s:" KSPLICE_UPDATE_SYMBOL, module->name);
	return (const void *)kernel_private.kallsyms_lookup_name(name);
}

/* All that is read of it here lies in the module's own memory. */
static int find_header(const struct module *module, const struct ksplice_update **found)
{
	const struct ksplice_update *header = find_symbol_header(module);

	if (!header || !IS_ALIGNED((unsigned long)header, sizeof(u64)) ||
		!module_owns_range(module, (unsigned long)header, sizeof(*header)) ||
		header->magic != KSPLICE_UPDATE_MAGIC) {
		problem_add("%s: contains no update, but %s", module->name,
			symbol_provider_has_user(module) ? "uses symbols of ksplice.ko"
							 : "has the name of one");
		return -ENOEXEC;
	}
	if (header->abi != KSPLICE_ABI_VERSION) {
		problem_add("%s: has format %u, and this ksplice.ko reads %u",
			module->name, header->abi, KSPLICE_ABI_VERSION);
		return -ENOEXEC;
	}
	if (!module_owns_range(module, header->symbols, header->symbols_size)) {
		problem_add("%s: its symbol list is not in its memory", module->name);
		return -ENOEXEC;
	}
	*found = header;
	return 0;
}

static bool is_named_like_update(const struct module *module)
{
	return str_has_prefix(module->name, KSPLICE_MODULE_PREFIX);
}

static int bind_module(const struct module *module)
{
	const struct ksplice_update *header;
	int result;

	/* That is what the loader makes of MODULE_LICENSE, and of none. */
	if (test_bit(TAINT_PROPRIETARY_MODULE, &module->taints)) {
		problem_add("%s: its licence is not compatible with the GPL, but it uses "
			    "symbols that the kernel does not export",
			module->name);
		return -EPERM;
	}
	result = find_header(module, &header);
	/* A module that exports a listed name may have been asked before us. */
	if (!result)
		result = symbol_provider_check_only(module);
	if (result)
		return result;
	return load_session_bind(module, header);
}

static int check_coming(const struct module *module)
{
	struct load_session *session;
	struct problem_step step;
	int result;

	if (!is_named_like_update(module) && !symbol_provider_has_user(module))
		return 0;
	session = load_session_find_own();
	problem_begin(&step, session ? load_session_log(session) : NULL);
	result = bind_module(module);
	problem_end(&step);
	load_session_put(session);
	return result;
}

/* GOING comes if the load of a module ends after we have let it pass, too. */
static int notify(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (state == MODULE_STATE_COMING)
		return notifier_from_errno(check_coming(module));
	if (state == MODULE_STATE_GOING)
		load_session_end(module);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
	.priority = INT_MAX,
};

int module_binding_init(void)
{
	return register_module_notifier(&notifier);
}

void module_binding_exit(void)
{
	unregister_module_notifier(&notifier);
}
