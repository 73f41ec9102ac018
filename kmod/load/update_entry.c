// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/load/update_entry.h"

#include <linux/errno.h>
#include <linux/module.h>

#include "kmod/kernel/problem.h"
#include "kmod/load/load_session.h"
#include "kmod/match/update_image.h"
#include "kmod/update/update_life.h"

static int load_update(struct module *module, const struct ksplice_update *header)
{
	struct update_image image;
	int result;

	if (!load_session_has_bound(module, header)) {
		problem_add(
			"%s: the symbol list of its load was withdrawn, or is not "
			"for this header",
			module->name);
		return -EPERM;
	}
	result = update_image_check(module, header, &image);
	if (result)
		return result;
	result = update_life_load(module, &image);
	if (result)
		update_image_deinit(&image);
	return result;
}

int ksplice_update_load(struct module *module, const struct ksplice_update *header)
{
	struct load_session *session = load_session_find_own();
	struct problem_step step;
	int result;

	problem_begin(&step, session ? load_session_log(session) : NULL);
	result = problem_add_errno(module->name, load_update(module, header));
	/* The module has all its symbols by now; one publication serves one load. */
	load_session_end(module);
	problem_end(&step);
	load_session_put(session);
	return result;
}

void ksplice_update_unload(struct module *module, const struct ksplice_update *header)
{
	struct problem_step step;

	problem_begin(&step, NULL);
	update_life_unload(module);
	problem_end(&step);
}
