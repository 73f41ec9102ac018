/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file_stamp.h - what tells one version of a file from another without reading it
 */
#ifndef KSPLICE_LIB_FILE_STAMP_H
#define KSPLICE_LIB_FILE_STAMP_H

struct stat;

/* Time and size as a text without meaning of its own; the caller frees it. */
char *file_stamp_from_status(const struct stat *status);

/* The same of a path; "" if there is no such file. The caller frees it. */
char *file_stamp_read(const char *path);

#endif
