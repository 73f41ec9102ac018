/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parallel.h - the same work on many items, with one thread for each processor
 */
#ifndef KSPLICE_LIB_PARALLEL_H
#define KSPLICE_LIB_PARALLEL_H

#include <stddef.h>

/*
 * Calls work(i, context) once for each i below count, in any order and several at a time,
 * and returns when all are done. Two calls of work must not write the same data. If no
 * thread can be started, the calling thread does all the work.
 */
void parallel_run(size_t count, void (*work)(size_t i, void *context), void *context);

#endif
