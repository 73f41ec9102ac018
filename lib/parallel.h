/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parallel.h - the same work on many items, on as many threads as there are processors
 */
#ifndef KSPLICE_LIB_PARALLEL_H
#define KSPLICE_LIB_PARALLEL_H

#include <stddef.h>

/*
 * Calls work(i, context) once for each i below count, in no order and several at a time,
 * and returns when all are done. work shares nothing between two i that it writes. Where
 * no thread can be started, the caller's does it all.
 */
void parallel_run(size_t count, void (*work)(size_t i, void *context), void *context);

#endif
