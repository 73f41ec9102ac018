// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_section.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/text.h"

static struct error *update_section_find(
	const char *path, Elf *elf, const char *wanted, struct text *bytes)
{
	size_t names;
	if (elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names))
		return error_failed("%s: not a kernel module", file_name(path));
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		GElf_Shdr header;
		if (!gelf_getshdr(section, &header))
			continue;
		const char *name = elf_strptr(elf, names, header.sh_name);
		if (!name || strcmp(name, wanted))
			continue;
		Elf_Data *data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			break;
		text_add_range(bytes, data->d_buf, data->d_size);
		return NULL;
	}
	return error_failed("%s: has no section %s", file_name(path), wanted);
}

struct error *update_section_read(
	const char *module_path, const char *name, struct text *bytes)
{
	scope_close int fd = open(module_path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno("%s", module_path);
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return error_failed("%s: %s", module_path, elf_errmsg(-1));
	struct error *error = update_section_find(module_path, elf, name, bytes);
	elf_end(elf);
	return error;
}
