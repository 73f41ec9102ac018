/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thin_archive.h - the members of a thin archive (built-in.a, vmlinux.a)
 *
 * libelf does not read these. Format: ar(5) with the magic "!<thin>\n"; there are member
 * headers without the members; names are in the member "//" and relative to
 * the archive's folder (binutils, bfd/archive.c).
 */
#ifndef KSPLICE_DIFFER_TREE_THIN_ARCHIVE_H
#define KSPLICE_DIFFER_TREE_THIN_ARCHIVE_H

#include <stddef.h>

struct error;

/* The members' paths in their order, relative to the archive's folder. Free each, and
 * the array. */
struct error *thin_archive_list(const char *path, char ***members, size_t *count);

#endif
