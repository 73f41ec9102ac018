// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/update/replacement.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

#include "kmod/kernel/problem.h"
#include "kmod/match/update_image.h"

bool replacement_is_code(const struct replacement *replacement)
{
	return replacement->hunk->kind == KSPLICE_HUNK_FUNCTION;
}

static int init_jump(struct replacement *replacement, const struct update_image *image)
{
	const struct ksplice_hunk *hunk = replacement->hunk;
	int result;

	replacement->address += hunk->jump;
	replacement->size = TRAMPOLINE_SIZE;
	replacement->bytes = replacement->jump;
	result =
		trampoline_make_jump(replacement->address, hunk->post, replacement->jump);
	if (result)
		problem_add("%s: %s+0x%x: its new code is out of a jump's reach",
			update_image_target(image, hunk), update_image_name(image, hunk),
			hunk->jump);
	return result;
}

int replacement_init(struct replacement *replacement, const struct update_image *image,
	const struct ksplice_hunk *hunk)
{
	int result = 0;

	replacement->hunk = hunk;
	replacement->address = update_image_address(image, hunk);
	replacement->size = hunk->size;
	replacement->bytes = (const void *)(unsigned long)hunk->post;
	if (replacement_is_code(replacement))
		result = init_jump(replacement, image);
	if (result)
		return result;
	replacement->original = kvmalloc(replacement->size, GFP_KERNEL);
	return replacement->original ? 0 : -ENOMEM;
}

void replacement_deinit(struct replacement *replacement)
{
	kvfree(replacement->original);
}

int replacement_save(struct replacement *replacement)
{
	return copy_from_kernel_nofault(
		replacement->original, (void *)replacement->address, replacement->size);
}
