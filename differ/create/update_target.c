// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_target.h"

#include <string.h>

#include "differ/tree/kernel_image.h"

static const uint32_t image_number = 0;

struct ksplice_target update_target_make(const struct kernel_image *image)
{
	struct ksplice_target target = {
		.name = KSPLICE_TARGET_VMLINUX,
		.kind = KSPLICE_TARGET_IMAGE,
		.build_id_size = (uint32_t)image->build_id_size,
	};
	memcpy(target.build_id, image->build_id, image->build_id_size);
	return target;
}

struct ksplice_place update_target_place(
	const struct kernel_image *image, uint64_t address)
{
	return update_target_fixed(address - image->base);
}

struct ksplice_place update_target_fixed(uint64_t value)
{
	return (struct ksplice_place){
		.offset = value, .target = image_number, .section = KSPLICE_NO_SECTION};
}
