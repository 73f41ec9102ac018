/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow_variable.h - memory that belongs to an object of the kernel, by address and
 * number
 *
 * The code of updates calls these functions; they are published by name for the time of
 * an update's load (KSPLICE_CORE_AUTHOR_FUNCTIONS in abi/update.h). What they promise is
 * in kmod/author/ksplice.h, which declares them.
 *
 * All updates share one table. Looking up takes RCU's read lock alone, so new code in a
 * hot path can do it; adding and removing take a spinlock with interrupts off. The lock
 * is a leaf but for constructors, which run under it: so nobody finds a shadow variable
 * that is not ready.
 */
#ifndef KSPLICE_KMOD_SHADOW_VARIABLE_H
#define KSPLICE_KMOD_SHADOW_VARIABLE_H

/* Frees what updates have left behind, without destructors: their code is gone. No update
 * is loaded any more. */
void shadow_variable_exit(void);

#endif
