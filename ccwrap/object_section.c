// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/object_section.h"

#include <gelf.h>

#include "ccwrap/object_file.h"
#include "lib/error.h"
#include "lib/json_text.h"
#include "lib/text.h"

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
	scope_object_file struct object_file file = {.fd = -1};
	try(object_file_open(path, &file));
	scope_text struct text sections = {0};
	text_add(&sections, "[");
	Elf_Scn *section = NULL;
	while ((section = elf_nextscn(file.elf, section))) {
		struct error *error =
			object_section_add(file.elf, file.names, section, &sections);
		if (error)
			return error_prefix(error, "%s", path);
	}
	text_add(&sections, "]");
	text_add_range(text, sections.data, sections.size);
	return NULL;
}
