/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_file.h - an object that was just compiled, open for reading
 */
#ifndef KSPLICE_CCWRAP_OBJECT_FILE_H
#define KSPLICE_CCWRAP_OBJECT_FILE_H

#include <libelf.h>
#include <stddef.h>

struct error;

/* Initialise with .fd = -1; release with object_file_close. */
struct object_file {
	int fd;
	Elf *elf;
	size_t names; /* the section that contains the names of sections */
};

/* file is to be closed after an error, too. */
struct error *object_file_open(const char *path, struct object_file *file);
void object_file_close(struct object_file *file);

#define scope_object_file __attribute__((cleanup(object_file_close)))

#endif
