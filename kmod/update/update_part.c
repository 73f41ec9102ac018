// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/update_part.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kmod/compat/module_memory.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/match/run_pre.h"
#include "kmod/update/update_guard.h"
#include "kmod/update/update_lock.h"

/* How often code that is being switched is looked at again, and how long after. */
#define MATCH_ATTEMPTS 50
#define MATCH_PAUSE_MS 10

static int list_replacements(struct update_part *part)
{
	const struct ksplice_hunk *hunk;

	update_image_foreach_hunk (hunk, &part->image) {
		struct replacement *replacement =
			&part->replacements[part->replacement_count++];
		int result = replacement_init(replacement, part, hunk);

		if (result)
			return result;
	}
	return 0;
}

static int match_memory(const struct update_image *image)
{
	int left = MATCH_ATTEMPTS;
	int result;

	do {
		mutex_lock(kernel_private.text_mutex);
		result = run_pre_match(image, replaced_code_restore, !--left);
		mutex_unlock(kernel_private.text_mutex);
		if (result == -EAGAIN)
			msleep(MATCH_PAUSE_MS);
	} while (result == -EAGAIN);
	return result;
}

int update_part_create(struct module *module, struct update_image *image,
	struct live_update *update, struct update_part **made)
{
	/* An update may be hooks alone. */
	size_t count = image->header->hunk_count + 1;
	struct update_part *part = kzalloc(sizeof(*part), GFP_KERNEL);
	int result = -ENOMEM;

	update_lock_assert_held();
	if (!part)
		return result;
	INIT_LIST_HEAD(&part->node);
	part->update = update;
	part->module = module;
	part->image = *image;
	part->new_code.start = module_text_start(module);
	part->new_code.end = module_text_end(module);
	part->new_code.entry = part->new_code.start;
	part->replacements = kvcalloc(count, sizeof(*part->replacements), GFP_KERNEL);
	if (part->replacements)
		result = list_replacements(part);
	if (!result)
		result = match_memory(image);
	if (result) {
		memset(&part->image, 0, sizeof(part->image));
		update_part_destroy(part);
		return result;
	}
	memset(image, 0, sizeof(*image));
	*made = part;
	return 0;
}

bool update_part_is_for(const struct update_part *part, const struct ksplice_target *row)
{
	const struct ksplice_target *target = part->image.targets;

	return target->kind == row->kind && !strcmp(target->name, row->name);
}

static void free_replacements(struct update_part *part)
{
	struct replacement *replacement;

	update_part_foreach_replacement (replacement, part)
		replacement_deinit(replacement);
	kvfree(part->replacements);
	part->replacements = NULL;
	part->replacement_count = 0;
}

void update_part_forget(struct update_part *part)
{
	struct replacement *replacement;

	update_lock_assert_held();
	update_part_foreach_replacement (replacement, part) {
		list_del_init(&replacement->layer);
		update_guard_finish(replacement->code);
	}
	free_replacements(part);
	part->is_applied = false;
	part->is_gone = true;
}

void update_part_destroy(struct update_part *part)
{
	if (!part)
		return;
	free_replacements(part);
	update_image_deinit(&part->image);
	kfree(part);
}
