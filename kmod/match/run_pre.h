/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run_pre.h - run-pre matching: is what is in memory what was built?
 */
#ifndef KSPLICE_KMOD_RUN_PRE_H
#define KSPLICE_KMOD_RUN_PRE_H

struct update_image;

/*
 * Compares every hunk of the update, code and constants, with memory, byte for byte
 * outside of the sites, and for each with a trampoline, that its bytes are nobody
 * else's.
 * 0, or an errno with function, offset and bytes added to the problems.
 *
 * Under text_mutex nobody rewrites code, so then the answer stays true. Constants are
 * rewritten by updates alone, of which one at a time is applied.
 */
int run_pre_match(const struct update_image *image);

#endif
