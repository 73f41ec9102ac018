/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * running_build.h - the build-id of the running kernel, from /sys/kernel/notes
 */
#ifndef KSPLICE_APPLY_RUNNING_BUILD_H
#define KSPLICE_APPLY_RUNNING_BUILD_H

#include <stddef.h>

struct error;

/* In hexadecimal; the caller frees it. */
struct error *running_build_read(char **build_id);

/* The same from the bytes of a notes section; NULL if there is none. */
char *running_build_find(const void *notes, size_t size);

#endif
