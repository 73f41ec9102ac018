// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/update_entry.h"

#include <linux/errno.h>
#include <linux/module.h>

#include "kmod/kernel/problem.h"
#include "kmod/load/symbol_provider.h"
#include "kmod/match/update_image.h"
#include "kmod/update/live_update.h"

static int load_update(struct module *module, const struct ksplice_update *header)
{
	struct update_image image;
	int result = update_image_check(module, header, &image);

	if (result)
		return result;
	result = -EINVAL;
	if (!symbol_provider_has(
		    (const void *)(unsigned long)header->symbols, header->symbols_size)) {
		problem_add(
			"%s: its symbol list is not the one that was prepared: load it "
			"with ksplice-apply",
			module->name);
		goto out_deinit;
	}
	result = live_update_load(module, &image);
	if (result)
		goto out_deinit;
	return 0;

out_deinit:
	update_image_deinit(&image);
	return result;
}

int ksplice_update_load(struct module *module, const struct ksplice_update *header)
{
	int result;

	problem_begin();
	result = load_update(module, header);
	/* The module has all its symbols by now; one publication serves one load. */
	symbol_provider_withdraw();
	problem_end();
	return result;
}

void ksplice_update_unload(struct module *module, const struct ksplice_update *header)
{
	live_update_unload(module);
}
