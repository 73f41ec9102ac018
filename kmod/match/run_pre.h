/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_pre.h - run-pre matching: is what is in memory what was built?
 */
#ifndef KSPLICE_KMOD_RUN_PRE_H
#define KSPLICE_KMOD_RUN_PRE_H

#include <linux/types.h>

struct update_image;

/* memory: a copy of the size bytes at address. Puts what was there before any update
 * where it has what an update wrote. */
typedef void run_pre_restore_t(unsigned long address, u8 *memory, u32 size);

/*
 * Compares every hunk of the update, code and constants, with memory, byte for byte
 * outside of the sites, and for each with a trampoline, that its bytes are nobody
 * else's.
 * 0, or an errno with function, offset and bytes added to the problems.
 *
 * Under text_mutex nobody rewrites code, so then the answer stays true. Constants are
 * rewritten by updates alone, of which one at a time is applied.
 */
int run_pre_match(const struct update_image *image, run_pre_restore_t *restore);

#endif
