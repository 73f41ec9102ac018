/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * build_id.h - the GNU build-id among the notes of the image or of a module
 */
#ifndef KSPLICE_KMOD_BUILD_ID_H
#define KSPLICE_KMOD_BUILD_ID_H

#include <linux/types.h>

#include "abi/update.h"

struct build_id {
	u8 bytes[KSPLICE_BUILD_ID_SIZE];
	u32 size;
};

/* Finds it in [start, end). False if there is none. */
bool build_id_find(const char *start, const char *end, struct build_id *build_id);

/* True if it is the one of the row. */
bool build_id_is_of(const struct build_id *build_id, const struct ksplice_target *row);

#endif
