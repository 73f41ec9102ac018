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
 * 0, or an errno with function, offset and bytes added to the problems. -EAGAIN, and
 * no problem added: a jump label or a static call is not what its key says, but may be in
 * a moment, because the kernel changes first the key, then the code. Let text_mutex go
 * and try again; at last with is_final, when this counts as a mismatch too.
 *
 * The caller holds text_mutex. While it does nobody rewrites code, so the answer stays
 * true. Constants are rewritten by updates alone, of which one at a time is applied.
 * Nothing is allocated: others wait for text_mutex.
 */
int run_pre_match(
	const struct update_image *image, run_pre_restore_t *restore, bool is_final);

#endif
