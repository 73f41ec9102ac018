// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/object_section.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json_text.h"
#include "lib/text.h"

static void cleanup_elf(Elf **elf)
{
	elf_end(*elf);
}

static struct error *object_section_add(
	Elf *elf, size_t names, Elf_Scn *section, struct text *text)
{
	GElf_Shdr header;
	if (!gelf_getshdr(section, &header))
		return error_failed("%s", elf_errmsg(-1));
	const char *name = elf_strptr(elf, names, header.sh_name);
	if (!name)
		return error_failed("%s", elf_errmsg(-1));
	json_text_add_separator(text);
	text_add(text, "{");
	json_text_put_string(text, "name", name);
	json_text_put_number(text, "type", header.sh_type);
	json_text_put_number(text, "flags", header.sh_flags);
	json_text_put_number(text, "size", header.sh_size);
	json_text_put_number(text, "align", header.sh_addralign);
	text_add(text, "}");
	return NULL;
}

struct error *object_section_write(const char *path, struct text *text)
{
	scope_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno("%s", path);
	elf_version(EV_CURRENT);
	__attribute__((cleanup(cleanup_elf))) Elf *elf =
		elf_begin(fd, ELF_C_READ_MMAP, NULL);
	size_t names;
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names))
		return error_failed("%s: %s", path, elf_errmsg(-1));
	scope_text struct text sections = {0};
	text_add(&sections, "[");
	Elf_Scn *section = NULL;
	while ((section = elf_nextscn(elf, section))) {
		struct error *error = object_section_add(elf, names, section, &sections);
		if (error)
			return error_prefix(error, "%s", path);
	}
	text_add(&sections, "]");
	text_add_range(text, sections.data, sections.size);
	return NULL;
}
