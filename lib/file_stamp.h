/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_stamp.h - tells one version of a file from another without reading it
 */
#ifndef KSPLICE_LIB_FILE_STAMP_H
#define KSPLICE_LIB_FILE_STAMP_H

#include <stdint.h>

struct stat;
struct timespec;

/* Time and size, as a text that is only good for comparing; the caller frees it. */
char *file_stamp_from_status(const struct stat *status);

/* The same of a path; "" if there is no such file. The caller frees it. */
char *file_stamp_read(const char *path);

/*
 * As file_stamp_read, and also another text after the file was replaced by one of the
 * same time and size.
 */
char *file_stamp_read_unique(const char *path);

/* A time of a file or of a clock, in ns since the epoch. */
uint64_t file_stamp_to_nanoseconds(const struct timespec *time);

#endif
