// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * damage_update.c - makes update modules that ksplice.ko must refuse
 *
 *   damage_update                   lists the cases, one a line: name, a tab, and the
 *                                   regular expression of what the refusal says
 *   damage_update CASE MODULE [MANIFEST]
 *                                   damages the module's tables as that case says, and
 *                                   puts its new digest into the manifest
 *
 * A program of the tests. The module must replace a function and two constants of one
 * size.
 */
#define XXH_INLINE_ALL
#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "abi/update.h"

/* Where a field is counted from. */
enum origin {
	START = 0,      /* of the section */
	FUNCTION_HUNK,  /* the first hunk of that kind */
	DATA_HUNK,
	DATA_SITE,      /* the first site of the data hunk */
	DATA_BYTES,     /* its bytes as linked */
	IMAGE_SYMBOL,   /* the first symbol in the kernel image */
};

struct edit {
	enum origin origin;
	const char *section; /* of START */
	size_t offset, size;
	uint64_t value;
};

#define FIELD(structure, member)                                                         \
	offsetof(struct structure, member), sizeof(((struct structure *)0)->member)
#define UPDATE(member) START, KSPLICE_SECTION_UPDATE, FIELD(ksplice_update, member)
#define TARGET(member) START, KSPLICE_SECTION_TARGETS, FIELD(ksplice_target, member)
#define PART(member) START, KSPLICE_SECTION_PARTS, FIELD(ksplice_target, member)
#define LIST(member) START, KSPLICE_SECTION_SYMBOLS, FIELD(ksplice_symbol_list, member)
#define HUNK(kind, member) kind##_HUNK, NULL, FIELD(ksplice_hunk, member)
#define SITE(member) DATA_SITE, NULL, FIELD(ksplice_site, member)
#define SYMBOL(member) IMAGE_SYMBOL, NULL, FIELD(ksplice_symbol, member)
/* Of the list's one target. */
#define LIST_TARGET(member)                                                              \
	START, KSPLICE_SECTION_SYMBOLS,                                                  \
		sizeof(struct ksplice_symbol_list) +                                     \
			offsetof(struct ksplice_target, member),                         \
		sizeof(((struct ksplice_target *)0)->member)
/* Bytes of a member that is an array. */
#define BYTES(section, structure, member, size)                                          \
	START, section, offsetof(struct structure, member), size

enum { EDITS = 3 };

static const struct damage {
	const char *name;
	struct edit edits[EDITS];
	const char *expected;
	uint64_t hooks; /* if not 0, the table of hooks is here in the targets' section */
	bool is_overlap; /* the second data hunk replaces what the first one does */
} damages[] = {
	{"format-1", {{UPDATE(abi), 1}}, "has format 1, and this ksplice.ko reads 3"},
	{"no-update", {{UPDATE(magic), 1}}, "contains no update"},
	{"flags", {{UPDATE(flags), 0x10}}, "has the unknown flags 0x10"},
	{"header", {{UPDATE(reserved), 1}}, "its header is damaged"},
	{"no-parts", {{UPDATE(part_count), 0}}, "its table of parts is damaged"},
	{"many-parts", {{UPDATE(part_count), 1000000}}, "its tables are damaged"},
	{"part-elsewhere", {{UPDATE(part), 1}}, "its table of parts is damaged"},
	{"part-other", {{PART(build_id[0]), 0xa5}}, "its table of parts is damaged"},
	{"no-targets", {{UPDATE(target_count), 0}}, "has no target"},
	{"many-targets", {{UPDATE(target_count), 1000000}}, "its tables are damaged"},
	{"many-hunks", {{UPDATE(hunk_count), 1000000}}, "its tables are damaged"},
	{"hooks-nowhere", {{UPDATE(hook_count), 1}}, "its table of hooks is damaged"},
	/* The end of the target's name is 0 and its kind is 1: a hook of kind 1. */
	{"hook", {{UPDATE(hook_count), 1}},
		"its hook pre_apply is damaged",
		offsetof(struct ksplice_target, kind) - 8},
	{"hook-kind", {{UPDATE(hook_count), 1}}, "has a hook of the unknown kind [0-9]+",
		offsetof(struct ksplice_target, build_id)},

	{"target-kind", {{TARGET(kind), 9}}, "vmlinux has the unknown kind 9"},
	{"target-module", {{TARGET(kind), KSPLICE_TARGET_MODULE}},
		"its target vmlinux is not loaded"},
	{"target-parent", {{TARGET(kind), KSPLICE_TARGET_UPDATE}},
		"its target vmlinux is not loaded"},
	{"target-flags", {{TARGET(flags), 2}}, "vmlinux has the unknown flags 0x2"},
	{"target-reserved", {{TARGET(reserved), 1}}, "target 0 is damaged"},
	{"target-name", {{BYTES(KSPLICE_SECTION_TARGETS, ksplice_target, name, 1), 'x'}},
		"its target xmlinux is the kernel image under another name"},
	{"target-name-end",
		{{BYTES(KSPLICE_SECTION_TARGETS, ksplice_target, name[60], 1), 'x'}},
		"target 0 is damaged"},
	{"target-build",
		{{BYTES(KSPLICE_SECTION_TARGETS, ksplice_target, build_id[3], 4), 0}},
		"made for vmlinux with build-id"},
	{"target-build-size", {{TARGET(build_id_size), 33}}, "target 0 is damaged"},

	{"list-format-1", {{LIST(abi), 1}},
		"symbol list: has format 1, and this ksplice.ko reads 3"},
	{"list-reserved", {{LIST(reserved), 1}}, "symbol list: is damaged"},
	{"list-targets", {{LIST(target_count), 2}}, "symbol list: is damaged"},
	{"list-target-kind", {{LIST_TARGET(kind), 0}},
		"symbol list: its target vmlinux has the unknown kind 0"},
	{"list-target-module", {{LIST_TARGET(kind), KSPLICE_TARGET_MODULE}},
		"symbol list: its target vmlinux is not loaded"},
	{"symbol-kind", {{SYMBOL(kind), 9}}, "has the unknown kind 9"},
	{"symbol-reserved", {{SYMBOL(reserved), 1}}, "symbol list: vmlinux:.* is damaged"},
	{"symbol-target", {{SYMBOL(place.target), 5}},
		"symbol list: vmlinux:.* is damaged"},
	{"symbol-section", {{SYMBOL(place.section), 0}},
		"symbol list: vmlinux:.* is damaged"},
	{"symbol-elsewhere", {{SYMBOL(place.offset), 0x7fffffffff}},
		"its name does not agree with its place"},
	{"symbol-name", {{SYMBOL(name), 0}}, "is out of order|is damaged|does not agree"},

	{"hunk-kind", {{HUNK(FUNCTION, kind), 7}}, "is a hunk of the unknown kind 7"},
	{"hunk-reserved", {{HUNK(DATA, reserved), 1}}, "hunk [0-9]+ is damaged"},
	{"hunk-target", {{HUNK(DATA, place.target), 1}}, "hunk [0-9]+ is damaged"},
	{"hunk-section", {{HUNK(DATA, place.section), 0}}, "hunk [0-9]+ is damaged"},
	{"hunk-size", {{HUNK(DATA, size), 0x1000000}}, "hunk [0-9]+ is damaged"},
	{"hunk-sites", {{HUNK(DATA, site_count), 0x1000000}}, "hunk [0-9]+ is damaged"},
	{"constant-in-text", {{HUNK(DATA, place.offset), 0x1000}},
		"is not in its target's read-only data"},
	{"constant-elsewhere", {{HUNK(DATA, place.offset), 0x7fffffffff}},
		"hunk [0-9]+ is damaged"},
	{"constant-name", {{HUNK(DATA, name), 0}}, "kallsyms does not know it at"},
	{"constant-jump", {{HUNK(DATA, jump), 1}}, "has no new content"},
	{"constant-of-code", {{HUNK(FUNCTION, jump), 0},
				     {HUNK(FUNCTION, kind), KSPLICE_HUNK_DATA}},
		"has no new content in the update's read-only data"},
	{"function-of-data", {{HUNK(DATA, kind), KSPLICE_HUNK_FUNCTION}},
		"has no place for the jump, or no new code"},
	{"part-with-post", {{HUNK(DATA, kind), KSPLICE_HUNK_PART}},
		"is a part, but has new code"},
	{"site-kind", {{SITE(kind), 99}}, "a unknown site of 8 bytes is damaged"},
	{"site-relocation", {{SITE(kind), KSPLICE_SITE_RELOCATION}},
		"a relocation site of 8 bytes is damaged"},
	{"site-of-code", {{SITE(kind), KSPLICE_SITE_LOCK}, {SITE(length), 1}},
		"a lock prefix site of 1 bytes is damaged"},
	{"site-no-branch", {{SITE(kind), KSPLICE_SITE_RETURN}, {SITE(length), 5}},
		"a return site of 5 bytes is damaged"},
	{"site-short", {{SITE(length), 4}},
		"a constant has no absolute address site of 4 bytes"},
	{"bytes", {{DATA_BYTES, NULL, 0, 1, 0xa5}},
		"\\+0x0: memory has 00 .*, but the build has a5"},
	{"overlap", .is_overlap = true, .expected = "two of its hunks overlap"},
};

static void end_with(const char *problem)
{
	fprintf(stderr, "damage_update: %s\n", problem);
	exit(2);
}

static Elf_Data *find_section(Elf *elf, const char *wanted)
{
	size_t names;

	elf_getshdrstrndx(elf, &names);
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
		GElf_Shdr header;
		const char *name;

		gelf_getshdr(section, &header);
		name = elf_strptr(elf, names, header.sh_name);
		if (name && !strcmp(name, wanted))
			return elf_getdata(section, NULL);
	}
	end_with(wanted);
	return NULL;
}

static struct ksplice_hunk *find_hunk(Elf *elf, uint32_t kind)
{
	Elf_Data *data = find_section(elf, KSPLICE_SECTION_HUNKS);
	struct ksplice_hunk *hunk = data->d_buf;

	for (; (char *)(hunk + 1) <= (char *)data->d_buf + data->d_size; hunk++)
		if (hunk->kind == kind)
			return hunk;
	end_with("the update does not replace what it must");
	return NULL;
}

static struct ksplice_symbol *find_image_symbol(Elf *elf)
{
	struct ksplice_symbol_list *list =
		find_section(elf, KSPLICE_SECTION_SYMBOLS)->d_buf;
	struct ksplice_target *targets = (struct ksplice_target *)(list + 1);
	struct ksplice_symbol *symbols =
		(struct ksplice_symbol *)(targets + list->target_count);

	for (uint32_t i = 0; i < list->count; i++)
		if (symbols[i].kind == KSPLICE_SYMBOL_OFFSET)
			return &symbols[i];
	end_with("the update refers to nothing in the image");
	return NULL;
}

/* Everything but post, which is a relocation. */
static void make_overlap(Elf *elf)
{
	struct ksplice_hunk *first = find_hunk(elf, KSPLICE_HUNK_DATA);
	struct ksplice_hunk *second;
	uint32_t kind = first->kind;

	first->kind = 0;
	second = find_hunk(elf, kind);
	first->kind = kind;
	if (second->size != first->size)
		end_with("the constants differ in size");
	*second = *first;
}

static char *find_origin(Elf *elf, const struct edit *edit)
{
	struct ksplice_site *sites;

	switch (edit->origin) {
	case START:
		return find_section(elf, edit->section)->d_buf;
	case FUNCTION_HUNK:
		return (char *)find_hunk(elf, KSPLICE_HUNK_FUNCTION);
	case DATA_HUNK:
		return (char *)find_hunk(elf, KSPLICE_HUNK_DATA);
	case DATA_SITE:
		sites = find_section(elf, KSPLICE_SECTION_SITES)->d_buf;
		return (char *)&sites[find_hunk(elf, KSPLICE_HUNK_DATA)->first_site];
	case DATA_BYTES:
		return (char *)find_section(elf, KSPLICE_SECTION_MATCH)->d_buf +
		       find_hunk(elf, KSPLICE_HUNK_DATA)->bytes;
	case IMAGE_SYMBOL:
		return (char *)find_image_symbol(elf);
	}
	return NULL;
}

/* Makes the hooks be in the section of the targets, by one relocation more: a copy of
 * the targets' own. */
static void add_hooks(Elf *elf, uint64_t offset)
{
	Elf_Data *data = find_section(elf, ".rela" KSPLICE_SECTION_UPDATE);
	size_t count = data->d_size / sizeof(Elf64_Rela);
	Elf64_Rela *relocs = malloc((count + 1) * sizeof(*relocs));

	memcpy(relocs, data->d_buf, data->d_size);
	for (size_t i = 0; i < count; i++)
		if (relocs[i].r_offset == offsetof(struct ksplice_update, targets))
			relocs[count] = relocs[i];
	relocs[count].r_offset = offsetof(struct ksplice_update, hooks);
	relocs[count].r_addend += (int64_t)offset;
	data->d_buf = relocs;
	data->d_size += sizeof(*relocs);
}

static void damage_module(const struct damage *damage, const char *path)
{
	int fd = open(path, O_RDWR);
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_RDWR, NULL);
	if (fd < 0 || !elf)
		end_with("the module cannot be opened");
	for (const struct edit *edit = damage->edits;
		edit < damage->edits + EDITS && edit->size; edit++) {
		char *place = find_origin(elf, edit) + edit->offset;

		if (!memcmp(place, &edit->value, edit->size))
			end_with("the damage is there already");
		memcpy(place, &edit->value, edit->size);
	}
	if (damage->is_overlap)
		make_overlap(elf);
	if (damage->hooks)
		add_hooks(elf, damage->hooks);
	for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));)
		elf_flagdata(elf_getdata(section, NULL), ELF_C_SET, ELF_F_DIRTY);
	if (elf_update(elf, ELF_C_WRITE) < 0)
		end_with(elf_errmsg(-1));
	elf_end(elf);
	close(fd);
}

static char *read_text(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 24);

	if (!file || !text)
		end_with(path);
	*size = fread(text, 1, (1 << 24) - 1, file);
	fclose(file);
	return text;
}

/* Else ksplice-apply would notice the damage, and not ask the core. */
static void mend_digest(const char *module, const char *manifest)
{
	const char *name = strrchr(module, '/') ? strrchr(module, '/') + 1 : module;
	size_t size;
	char *bytes = read_text(module, &size);
	XXH128_hash_t hash = XXH3_128bits(bytes, size);
	char *text = read_text(manifest, &size);
	char *place = strstr(text, "\"digests\"");
	char digits[33];
	FILE *file;

	place = place ? strstr(place, name) : NULL;
	if (!place)
		end_with("the manifest has no digest of the module");
	place += strlen(name) + strlen("\": \"");
	snprintf(digits, sizeof(digits), "%016llx%016llx", (unsigned long long)hash.high64,
		(unsigned long long)hash.low64);
	memcpy(place, digits, 32);
	file = fopen(manifest, "w");
	if (!file || fwrite(text, 1, size, file) != size || fclose(file))
		end_with(manifest);
}

int main(int argc, char **argv)
{
	size_t count = sizeof(damages) / sizeof(damages[0]);

	for (size_t i = 0; i < count; i++) {
		if (argc < 3)
			printf("%s\t%s\n", damages[i].name, damages[i].expected);
		if (argc < 3 || strcmp(damages[i].name, argv[1]) != 0)
			continue;
		damage_module(&damages[i], argv[2]);
		if (argc > 3)
			mend_digest(argv[2], argv[3]);
		return 0;
	}
	if (argc >= 3)
		end_with("no such case");
	return 0;
}
