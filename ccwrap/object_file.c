// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/object_file.h"

#include <fcntl.h>

#include "lib/cleanup.h"
#include "lib/error.h"

void object_file_close(struct object_file *file)
{
	elf_end(file->elf);
	cleanup_close(&file->fd);
}

struct error *object_file_open(const char *path, struct object_file *file)
{
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0)
		return error_errno("%s", path);
	elf_version(EV_CURRENT);
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (!file->elf || elf_kind(file->elf) != ELF_K_ELF ||
		elf_getshdrstrndx(file->elf, &file->names))
		return error_failed("%s: %s", path, elf_errmsg(-1));
	return NULL;
}
