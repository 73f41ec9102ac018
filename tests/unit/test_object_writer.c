// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/elf/object_writer.h"

#include "differ/elf/elf_object.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/unit_test.h"

static const struct elf_symbol *find(const struct elf_object *object, const char *name)
{
	for (size_t i = 1; i < object->symbol_count; i++) {
		if (strcmp(object->symbols[i].name, name) == 0)
			return &object->symbols[i];
	}
	return NULL;
}

static void write_object(const char *path)
{
	struct object_writer *writer = object_writer_create();
	uint32_t text = object_writer_section(
		writer, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0);
	uint32_t bss = object_writer_section(
		writer, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, 0);
	UNIT_CHECK(object_writer_append(writer, text, "abc", 3, 1) == 0);
	UNIT_CHECK(object_writer_append(writer, text, "defgh", 5, 16) == 16);
	UNIT_CHECK(object_writer_append(writer, bss, NULL, 24, 8) == 0);
	UNIT_CHECK(object_writer_size(writer, text) == 21);
	UNIT_CHECK(object_writer_section(writer, ".text", 0, 0, 0) == text);
	/* a global before a local: ELF wants them the other way round */
	uint32_t outside = object_writer_symbol(
		writer, "vmlinux:0x10:foo", SHN_UNDEF, 0, 0, STB_GLOBAL, STT_NOTYPE);
	object_writer_symbol(writer, "bar", text, 16, 5, STB_LOCAL, STT_FUNC);
	object_writer_reloc(writer, text, 17, R_X86_64_PC32, outside, -4);
	object_writer_reloc(writer, text, 0, R_X86_64_32S,
		object_writer_section_symbol(writer, bss), 8);
	UNIT_CHECK_DONE(object_writer_write(writer, path));
	object_writer_free(writer);
}

static void check_object(const char *path)
{
	scope_elf_object struct elf_object *object = NULL;
	UNIT_CHECK_DONE(elf_object_open(path, ELF_RELOCS_READ, &object));
	const struct elf_section *text = elf_object_find_section(object, ".text");
	const struct elf_section *bss = elf_object_find_section(object, ".bss");
	UNIT_CHECK(text && text->size == 21 && text->alignment == 16);
	UNIT_CHECK(memcmp(text->data, "abc\0\0\0\0\0\0\0\0\0\0\0\0\0defgh", 21) == 0);
	UNIT_CHECK(bss && bss->size == 24 && !bss->data && bss->alignment == 8);
	const struct elf_symbol *foo = find(object, "vmlinux:0x10:foo");
	const struct elf_symbol *bar = find(object, "bar");
	UNIT_CHECK(foo && foo->section == SHN_UNDEF && foo->binding == STB_GLOBAL);
	UNIT_CHECK(bar && bar->value == 16 && bar->size == 5 && bar->type == STT_FUNC);
	UNIT_CHECK(bar && elf_object_symbol_section(object, bar) == text);
	/* sorted by offset, whatever the order they were added in */
	UNIT_CHECK(text->reloc_count == 2);
	UNIT_CHECK(text->relocs[0].offset == 0 && text->relocs[0].addend == 8);
	UNIT_CHECK(text->relocs[0].type == R_X86_64_32S);
	UNIT_CHECK_TEXT(object->symbols[text->relocs[0].symbol].name, ".bss");
	UNIT_CHECK(text->relocs[1].offset == 17 && text->relocs[1].addend == -4);
	UNIT_CHECK(&object->symbols[text->relocs[1].symbol] == foo);
}

static void check_damage(const char *path)
{
	struct elf_object *object = NULL;
	UNIT_CHECK_ERROR(elf_object_open("/nonexistent", ELF_RELOCS_READ, &object),
		"No such file");
	UNIT_CHECK_DONE(file_write(path, "no ELF at all", 13));
	UNIT_CHECK_ERROR(
		elf_object_open(path, ELF_RELOCS_READ, &object), "not an ELF file");
	UNIT_CHECK_DONE(file_write(path, "\177ELF\2\1\1", 7));
	UNIT_CHECK_ERROR(elf_object_open(path, ELF_RELOCS_READ, &object), path);
	UNIT_CHECK(!object);

	/* a place so far behind the section that its end wraps around */
	struct object_writer *writer = object_writer_create();
	uint32_t text =
		object_writer_section(writer, ".text", SHT_PROGBITS, SHF_ALLOC, 0);
	object_writer_append(writer, text, "abcdefgh", 8, 1);
	object_writer_reloc(writer, text, UINT64_MAX - 1, R_X86_64_PC32,
		object_writer_section_symbol(writer, text), 0);
	UNIT_CHECK_DONE(object_writer_write(writer, path));
	object_writer_free(writer);
	UNIT_CHECK_ERROR(
		elf_object_open(path, ELF_RELOCS_READ, &object), "damaged relocation");
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	scope_free char *path = file_join(folder, "x.o");
	write_object(path);
	check_object(path);
	check_damage(path);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
