/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replacement.h - what an update writes at one place: a jump, or a constant's content
 *
 * A hunk of kind part is watched and not written to, and has no replacement.
 */
#ifndef KSPLICE_KMOD_REPLACEMENT_H
#define KSPLICE_KMOD_REPLACEMENT_H

#include <linux/types.h>

#include "kmod/change/trampoline.h"

struct ksplice_hunk;
struct update_image;

struct replacement {
	const struct ksplice_hunk *hunk;
	unsigned long address; /* of the first byte that is written */
	u32 size;
	const u8 *bytes;          /* size bytes: what the update writes */
	u8 *original;             /* what was there when it was applied */
	u8 jump[TRAMPOLINE_SIZE]; /* bytes, of a function */
};

/* 0 or an errno, with the reason as a problem. */
int replacement_init(struct replacement *replacement, const struct update_image *image,
	const struct ksplice_hunk *hunk);
void replacement_deinit(struct replacement *replacement); /* all zeros is fine */

bool replacement_is_code(const struct replacement *replacement);

/* Keeps what memory has now, to be put back. An errno if it cannot be read. */
int replacement_save(struct replacement *replacement);

#endif
