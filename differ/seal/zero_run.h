/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zero_run.h - long runs of zeros in a file's content, which need not be stored
 */
#ifndef KSPLICE_DIFFER_SEAL_ZERO_RUN_H
#define KSPLICE_DIFFER_SEAL_ZERO_RUN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds the next part that is more than zeros, from *start on: [*start, *end). Between
 * two parts are only zeros, in whole blocks. False if there is none.
 */
bool zero_run_find_data(const char *data, size_t size, size_t *start, size_t *end);

#endif
