/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_target.h - what an update changes, and places in it (abi/update.h)
 *
 * The kernel image is the one target as yet, and so number 0 in both tables of targets,
 * the update's and its symbol list's.
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_TARGET_H
#define KSPLICE_DIFFER_CREATE_UPDATE_TARGET_H

#include <stdint.h>

#include "abi/update.h"

struct kernel_image;

/* The image's row in a table of targets. */
struct ksplice_target update_target_make(const struct kernel_image *image);

/* The place of an address, as linked, in the image. */
struct ksplice_place update_target_place(
	const struct kernel_image *image, uint64_t address);

/* The place of what does not move: value is all there is to it. */
struct ksplice_place update_target_fixed(uint64_t value);

#endif
