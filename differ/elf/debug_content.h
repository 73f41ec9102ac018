/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debug_content.h - an ELF file without the content of its debug sections
 *
 * Debug information is most of a file, and no tool here reads it. The sections keep
 * their numbers, names and sizes, but are SHT_NOBITS, and zeros replace their content.
 * So no file offset changes, and the zeros take no space in an archive with holes.
 */
#ifndef KSPLICE_DIFFER_ELF_DEBUG_CONTENT_H
#define KSPLICE_DIFFER_ELF_DEBUG_CONTENT_H

#include <stddef.h>

struct error;

/* Changes the file's content in memory; path is for messages. */
struct error *debug_content_clear(const char *path, char *data, size_t size);

#endif
