// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * update_mutation.c - damages an update module, to see the audit complain
 *
 *     update_mutation MODULE flip NAME OFFSET     one bit of a symbol or a section
 *     update_mutation MODULE add NAME OFFSET N    N is added to the 32-bit number there
 *     update_mutation MODULE drop SECTION SIZE    the last SIZE bytes of a table
 *     update_mutation MODULE addend NAME NUMBER N added to a relocation's addend: the
 *                                                 NUMBER-th of a symbol or a section
 *     update_mutation MODULE redirect NAME OTHER  what leads to NAME leads to OTHER
 *     update_mutation MODULE place NAME           another place in the name of a symbol
 *
 * Writes the file in place. NAME is a section, or a symbol that starts with it; ":NAME"
 * is an undefined symbol for that name in the kernel. A negative OFFSET counts from the
 * end. Exit status: 0 done, 1 there is no such thing in the file.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct module {
	char *data;
	Elf64_Ehdr *header;
	Elf64_Shdr *sections;
	Elf64_Sym *symbols;
	size_t symbol_count;
	const char *strings;
};

/* A range of a section. */
struct range {
	size_t section;
	uint64_t start;
	uint64_t size;
};

static void fail(const char *text, const char *name)
{
	fprintf(stderr, "update_mutation: %s: %s\n", name, text);
	exit(1);
}

static void module_open(struct module *module, const char *path)
{
	struct stat status;
	int fd = open(path, O_RDWR);
	if (fd < 0 || fstat(fd, &status))
		fail("cannot be opened", path);
	module->data = mmap(
		NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (module->data == MAP_FAILED)
		fail("cannot be read", path);
	module->header = (void *)module->data;
	module->sections = (void *)(module->data + module->header->e_shoff);
	for (size_t i = 0; i < module->header->e_shnum; i++) {
		const Elf64_Shdr *section = &module->sections[i];
		if (section->sh_type != SHT_SYMTAB)
			continue;
		module->symbols = (void *)(module->data + section->sh_offset);
		module->symbol_count = section->sh_size / sizeof(*module->symbols);
		module->strings =
			module->data + module->sections[section->sh_link].sh_offset;
	}
	if (!module->symbols)
		fail("no symbols", path);
	close(fd);
}

static size_t find_section(const struct module *module, const char *name)
{
	const char *names =
		module->data + module->sections[module->header->e_shstrndx].sh_offset;
	for (size_t i = 1; i < module->header->e_shnum; i++) {
		if (strcmp(names + module->sections[i].sh_name, name) == 0)
			return i;
	}
	return 0;
}

/* ":NAME" ends the name of an undefined symbol: vmlinux:0x1234:NAME. */
static size_t find_symbol(const struct module *module, const char *name)
{
	for (size_t i = 1; i < module->symbol_count; i++) {
		const char *found = module->strings + module->symbols[i].st_name;
		const char *behind = strrchr(found, ':');
		if (name[0] == ':' ? behind && strcmp(behind, name) == 0
				   : strncmp(found, name, strlen(name)) == 0)
			return i;
	}
	return 0;
}

static struct range find_range(const struct module *module, const char *name)
{
	size_t symbol = find_symbol(module, name);
	size_t section = find_section(module, name);
	if (section)
		return (struct range){section, 0, module->sections[section].sh_size};
	if (!symbol || module->symbols[symbol].st_shndx >= module->header->e_shnum)
		fail("no such symbol or section", name);
	return (struct range){module->symbols[symbol].st_shndx,
		module->symbols[symbol].st_value, module->symbols[symbol].st_size};
}

static char *range_at(
	const struct module *module, const struct range *range, const char *text)
{
	uint64_t offset = strtoull(text, NULL, 0);
	if (text[0] == '-')
		offset += range->size;
	if (offset >= range->size)
		fail("the offset is outside", text);
	return module->data + module->sections[range->section].sh_offset + range->start +
	       offset;
}

/* The relocations of a section, or NULL. */
static Elf64_Shdr *find_relocs(const struct module *module, size_t section)
{
	for (size_t i = 1; i < module->header->e_shnum; i++) {
		if (module->sections[i].sh_type == SHT_RELA &&
			module->sections[i].sh_info == section)
			return &module->sections[i];
	}
	return NULL;
}

static void flip(const struct module *module, char **arguments)
{
	struct range range = find_range(module, arguments[0]);
	*range_at(module, &range, arguments[1]) ^= 1;
}

static void add(const struct module *module, char **arguments)
{
	struct range range = find_range(module, arguments[0]);
	char *at = range_at(module, &range, arguments[1]);
	uint32_t number;
	memcpy(&number, at, sizeof(number));
	number += (uint32_t)strtoll(arguments[2], NULL, 0);
	memcpy(at, &number, sizeof(number));
}

static void drop(const struct module *module, char **arguments)
{
	size_t section = find_section(module, arguments[0]);
	uint64_t size = strtoull(arguments[1], NULL, 0);
	if (!section || module->sections[section].sh_size < size)
		fail("no such table", arguments[0]);
	uint64_t left = module->sections[section].sh_size -= size;
	Elf64_Shdr *table = find_relocs(module, section);
	Elf64_Rela *relocs = table ? (void *)(module->data + table->sh_offset) : NULL;
	size_t kept = 0;
	for (size_t i = 0; relocs && i < table->sh_size / sizeof(*relocs); i++) {
		if (relocs[i].r_offset < left)
			relocs[kept++] = relocs[i];
	}
	if (table)
		table->sh_size = kept * sizeof(*relocs);
}

static void change_addend(const struct module *module, char **arguments)
{
	struct range range = find_range(module, arguments[0]);
	Elf64_Shdr *table = find_relocs(module, range.section);
	Elf64_Rela *relocs = table ? (void *)(module->data + table->sh_offset) : NULL;
	uint64_t number = strtoull(arguments[1], NULL, 0);
	for (size_t i = 0; relocs && i < table->sh_size / sizeof(*relocs); i++) {
		if (relocs[i].r_offset < range.start ||
			relocs[i].r_offset - range.start >= range.size || number--)
			continue;
		relocs[i].r_addend += strtoll(arguments[2], NULL, 0);
		return;
	}
	fail("has no such relocation", arguments[0]);
}

static void redirect(const struct module *module, char **arguments)
{
	size_t from = find_symbol(module, arguments[0]);
	size_t to = find_symbol(module, arguments[1]);
	bool is_done = false;
	if (!from || !to)
		fail("no such symbol", from ? arguments[1] : arguments[0]);
	for (size_t i = 1; i < module->header->e_shnum; i++) {
		const Elf64_Shdr *table = &module->sections[i];
		if (table->sh_type != SHT_RELA)
			continue;
		Elf64_Rela *relocs = (void *)(module->data + table->sh_offset);
		for (size_t k = 0; k < table->sh_size / sizeof(*relocs); k++) {
			if (ELF64_R_SYM(relocs[k].r_info) != from)
				continue;
			relocs[k].r_info =
				ELF64_R_INFO(to, ELF64_R_TYPE(relocs[k].r_info));
			is_done = true;
		}
	}
	if (!is_done)
		fail("nothing leads to it", arguments[0]);
}

static void change_place(const struct module *module, char **arguments)
{
	size_t symbol = find_symbol(module, arguments[0]);
	char *name =
		symbol ? (char *)module->strings + module->symbols[symbol].st_name : NULL;
	char *end = name ? strrchr(name, ':') : NULL;
	if (!end || end == name)
		fail("no such symbol with a place", arguments[0]);
	end[-1] = end[-1] == '0' ? '8' : '0';
}

int main(int count, char **arguments)
{
	static const struct {
		const char *name;
		int arguments;
		void (*make)(const struct module *module, char **arguments);
	} kinds[] = {
		{"flip", 2, flip},
		{"add", 3, add},
		{"drop", 2, drop},
		{"addend", 3, change_addend},
		{"redirect", 2, redirect},
		{"place", 1, change_place},
	};
	struct module module = {0};
	for (size_t i = 0; count > 2 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, arguments[2]) == 0 &&
			kinds[i].arguments == count - 3) {
			module_open(&module, arguments[1]);
			kinds[i].make(&module, arguments + 3);
			return 0;
		}
	}
	fputs("usage: update_mutation MODULE KIND ARGUMENT...\n", stderr);
	return 1;
}
