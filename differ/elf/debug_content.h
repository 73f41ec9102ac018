/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * debug_content.h - an ELF file without what its debug sections hold
 *
 * Debug information is most of a file, and no tool here reads it. The sections stay, with
 * their numbers, names and sizes, marked as holding nothing (SHT_NOBITS), and zeros stand
 * where their content was: nothing in the file moves, and the zeros cost no room in an
 * archive that knows holes.
 */
#ifndef KSPLICE_DIFFER_ELF_DEBUG_CONTENT_H
#define KSPLICE_DIFFER_ELF_DEBUG_CONTENT_H

#include <stddef.h>

struct error;

/* Changes the file's content in memory; path is for messages. */
struct error *debug_content_clear(const char *path, char *data, size_t size);

#endif
