/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_pre.h - run-pre matching: is what is in memory what was built?
 */
#ifndef KSPLICE_KMOD_RUN_PRE_H
#define KSPLICE_KMOD_RUN_PRE_H

#include <linux/types.h>

struct update_image;

/* Makes of size bytes that were read at the address what would be there without any
 * update. */
typedef void run_pre_restore_t(unsigned long address, u8 *memory, u32 size);

/*
 * Compares every hunk of the update, code and constants, with memory, and for each with
 * a trampoline, that its bytes are nobody else's. Every byte must be as it was built, or,
 * at a site, what the running kernel has made of it (patch_site.h). restore may be NULL.
 *
 * 0, or an errno with function, offset and bytes added to the problems. -EAGAIN: a jump
 * label or a static call is neither what its key says nor damaged: the key has just
 * changed, and the code will. Try again without text_mutex.
 *
 * The caller holds text_mutex. While it does nobody rewrites code, so the answer stays
 * true. Constants are rewritten by updates alone, of which one at a time is applied.
 * Nothing is allocated: others wait for text_mutex.
 */
int run_pre_match(const struct update_image *image, run_pre_restore_t *restore);

#endif
