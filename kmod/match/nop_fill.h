/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nop_fill.h - nops as the kernel writes them: add_nops() and optimize_nops() of
 * arch/x86/kernel/alternative.c, done to a copy of the code
 */
#ifndef KSPLICE_KMOD_NOP_FILL_H
#define KSPLICE_KMOD_NOP_FILL_H

#include <linux/types.h>

/* Fills size bytes with the fewest nops. */
void nop_fill(u8 *code, size_t size);

/* In the size bytes from code on, makes runs of one-byte nops longer nops. There are
 * room bytes, at least size: an instruction at the end may go on behind size. */
void nop_optimize(u8 *code, size_t size, size_t room);

#endif
