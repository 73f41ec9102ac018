// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/update.h"
#include "tests/differ/audit_kernel.h"
#include "tests/differ/audit_object.h"
#include "tests/differ/audit_report.h"

/* Behind vmlinux, within the reach of signed 32-bit fields. */
static const uint64_t first_address = 0xffffffffc0000000;
static const uint64_t target_distance = 0x1000000;
static const uint64_t section_distance = 0x1000;
static const uint64_t empty_offset = 0xfff000;
enum { TARGETS_MOST = 48 };

struct world_target {
	char *name;
	bool is_part;
	uint64_t start;
	struct audit_kernel *kernel;
};

static struct {
	const char *tree;
	struct audit_kernel *vmlinux;
	struct world_target targets[TARGETS_MOST];
	size_t count;
	char **modules; /* paths without .ko, of modules.order */
	size_t module_count;
} world;

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	if (!file)
		return strdup("");
	ssize_t length = getdelim(&text, &size, '\0', file);
	fclose(file);
	if (length >= 0)
		return text;
	free(text);
	return strdup("");
}

static void read_modules(void)
{
	char *path = audit_format("%s/modules.order", world.tree);
	char *text = read_text(path);
	char *rest = text;
	char *line;
	while ((line = strsep(&rest, "\n"))) {
		if (audit_text_ends(line, ".ko"))
			line[strlen(line) - 3] = '\0';
		if (!line[0])
			continue;
		world.modules = audit_grow(
			world.modules, world.module_count, sizeof(*world.modules));
		world.modules[world.module_count++] = strdup(line);
	}
	free(text);
	free(path);
}

const struct audit_kernel *audit_world_open(const char *tree)
{
	char *path = audit_format("%s/vmlinux", tree);
	world.tree = tree;
	world.vmlinux = audit_kernel_open(path);
	free(path);
	read_modules();
	return world.vmlinux;
}

/* A module's name has '_' where its file's may have '-'. */
static bool path_has_name(const char *path, const char *name)
{
	const char *file = strrchr(path, '/');
	file = file ? file + 1 : path;
	for (; *file && *name; file++, name++) {
		if ((*file == '-' ? '_' : *file) != *name)
			return false;
	}
	return !*file && !*name;
}

static void target_place_sections(struct audit_object *object, uint64_t start)
{
	uint64_t address = start;
	for (size_t i = 1; i < object->section_count; i++) {
		struct audit_section *section = &object->sections[i];
		if (!(section->flags & SHF_ALLOC))
			continue;
		if (!section->size) { /* all that are empty are one place */
			section->address = start + empty_offset;
			continue;
		}
		section->address =
			(address + section->alignment - 1) & ~(section->alignment - 1);
		address = (section->address + section->size + section_distance) &
			  ~(section_distance - 1);
		for (size_t k = 0; k < section->reloc_count; k++)
			section->relocs[k].offset += section->address;
	}
	for (size_t i = 1; i < object->symbol_count; i++) {
		struct audit_section *section =
			audit_object_symbol_section(object, &object->symbols[i]);
		if (section)
			object->symbols[i].value += section->address;
	}
	object->is_linked = true;
}

static struct world_target *world_add(const char *name, const char *path, bool is_part)
{
	if (world.count == TARGETS_MOST)
		audit_fail("%s: more modules than the audit has room for", path);
	struct world_target *target = &world.targets[world.count];
	target->name = strdup(name);
	target->is_part = is_part;
	target->start = first_address + world.count++ * target_distance;
	struct audit_object *object = audit_object_open(path);
	target_place_sections(object, target->start);
	target->kernel = audit_kernel_open_module(object);
	return target;
}

static void section_relocate(
	const struct audit_object *object, struct audit_section *section)
{
	uint8_t *bytes = audit_allocate(section->size);
	memcpy(bytes, section->data, section->size);
	for (size_t i = 0; i < section->reloc_count; i++) {
		const struct audit_reloc *reloc = &section->relocs[i];
		unsigned width;
		bool is_relative;
		if (!audit_reloc_describe(reloc->type, &width, &is_relative))
			audit_fail("%s: a relocation of unknown type", object->path);
		uint64_t value =
			object->symbols[reloc->symbol].value + (uint64_t)reloc->addend;
		if (is_relative)
			value -= reloc->offset;
		memcpy(bytes + (reloc->offset - section->address), &value, width);
	}
	section->data = bytes;
}

static void module_relocate(struct world_target *target)
{
	struct audit_object *object = target->kernel->object;
	for (size_t i = 1; i < object->symbol_count; i++) {
		struct audit_symbol *symbol = &object->symbols[i];
		uint64_t address;
		if (symbol->section != SHN_UNDEF || !symbol->name[0])
			continue;
		if (audit_world_find_meant(target->kernel, symbol->name, &address))
			symbol->value = address;
		else if (symbol->binding != STB_WEAK)
			audit_fail("%s: nobody has its %s", object->path, symbol->name);
	}
	for (size_t i = 1; i < object->section_count; i++) {
		struct audit_section *section = &object->sections[i];
		if (section->flags & SHF_ALLOC && section->data && section->reloc_count)
			section_relocate(object, section);
	}
}

static struct world_target *world_find(const char *name)
{
	for (size_t i = 0; i < world.count; i++) {
		if (strcmp(world.targets[i].name, name) == 0)
			return &world.targets[i];
	}
	return NULL;
}

const struct audit_kernel *audit_world_find_module(const char *name)
{
	struct world_target *known = world_find(name);
	if (known)
		return known->is_part ? NULL : known->kernel;
	for (size_t i = 0; i < world.module_count; i++) {
		if (!path_has_name(world.modules[i], name))
			continue;
		char *path = audit_format("%s/%s.ko", world.tree, world.modules[i]);
		struct world_target *added = world_add(name, path, false);
		free(path);
		module_relocate(added);
		return added->kernel;
	}
	return NULL;
}

const struct audit_kernel *audit_world_add_part(const char *name, const char *path)
{
	return world_add(name, path, true)->kernel;
}

const struct audit_kernel *audit_world_find(const char *name)
{
	const struct world_target *known = world_find(name);
	if (strcmp(name, KSPLICE_TARGET_VMLINUX) == 0)
		return world.vmlinux;
	return known ? known->kernel : audit_world_find_module(name);
}

const char *audit_world_target_of(const char *object)
{
	static char name[KSPLICE_TARGET_SIZE];
	const char *found = NULL;
	for (size_t i = 0; i < world.module_count; i++) {
		char *path = audit_format("%s/%s.mod", world.tree, world.modules[i]);
		char *text = read_text(path);
		char *rest = text;
		char *line;
		while ((line = strsep(&rest, "\n"))) {
			if (strcmp(line, object) != 0)
				continue;
			if (found && found != world.modules[i])
				audit_fail("%s: is in several modules", object);
			found = world.modules[i];
		}
		free(text);
		free(path);
	}
	if (!found)
		return KSPLICE_TARGET_VMLINUX;
	const char *file = strrchr(found, '/');
	snprintf(name, sizeof(name), "%s", file ? file + 1 : found);
	for (char *at = name; *at; at++) {
		if (*at == '-')
			*at = '_';
	}
	return name;
}

/* Module.symvers: CRC, symbol, module, …; the module that exports the symbol. */
static const struct audit_kernel *world_find_exporter(const char *name)
{
	char *path = audit_format("%s/Module.symvers", world.tree);
	char *text = read_text(path);
	char *wanted = audit_format("\t%s\t", name);
	const char *line = strstr(text, wanted);
	const struct audit_kernel *found = NULL;
	if (line) {
		char *module = strndup(
			line + strlen(wanted), strcspn(line + strlen(wanted), "\t\n"));
		for (size_t i = 0; i < world.module_count && !found; i++) {
			char key[KSPLICE_TARGET_SIZE];
			const char *file = strrchr(module, '/');
			if (strcmp(world.modules[i], module) != 0)
				continue;
			snprintf(key, sizeof(key), "%s", file ? file + 1 : module);
			for (char *at = key; *at; at++) {
				if (*at == '-')
					*at = '_';
			}
			found = audit_world_find_module(key);
		}
		free(module);
	}
	free(wanted);
	free(text);
	free(path);
	return found;
}

bool audit_world_find_meant(
	const struct audit_kernel *kernel, const char *name, uint64_t *address)
{
	if (audit_kernel_find_global(kernel, name, address))
		return true;
	if (kernel == world.vmlinux)
		return false;
	if (audit_kernel_find_global(world.vmlinux, name, address))
		return true;
	const struct audit_kernel *exporter = world_find_exporter(name);
	return exporter && audit_kernel_find_global(exporter, name, address);
}

bool audit_world_find_in_parts(const char *name, uint64_t *address)
{
	for (size_t i = 0; i < world.count; i++) {
		if (world.targets[i].is_part &&
			audit_kernel_find_global(world.targets[i].kernel, name, address))
			return true;
	}
	return false;
}

const struct audit_kernel *audit_world_at(uint64_t address)
{
	for (size_t i = 0; i < world.count; i++) {
		if (address >= world.targets[i].start &&
			address - world.targets[i].start < target_distance)
			return world.targets[i].kernel;
	}
	return world.vmlinux;
}

static uint64_t world_find_empty(const struct audit_kernel *kernel)
{
	uint64_t start = 0;
	for (size_t i = 0; i < world.count; i++) {
		if (world.targets[i].kernel == kernel)
			start = world.targets[i].start;
	}
	return start + empty_offset;
}

bool audit_world_place(const struct ksplice_place *place,
	const struct ksplice_target *rows, uint64_t row_count, const char *texts,
	uint64_t texts_size, uint64_t *address)
{
	struct ksplice_target row;
	if (place->target == KSPLICE_NO_TARGET) {
		*address = place->offset;
		return place->section == KSPLICE_NO_SECTION;
	}
	if (place->target >= row_count)
		return false;
	memcpy(&row, (const uint8_t *)rows + place->target * sizeof(row), sizeof(row));
	if (row.kind == KSPLICE_TARGET_IMAGE) {
		*address = world.vmlinux->text + place->offset;
		return place->section == KSPLICE_NO_SECTION;
	}
	const struct audit_kernel *kernel = audit_world_find(row.name);
	if (kernel && place->section == KSPLICE_EMPTY_SECTION) {
		*address = world_find_empty(kernel);
		return place->offset == 0;
	}
	if (!kernel || place->section >= texts_size ||
		!memchr(texts + place->section, 0, texts_size - place->section))
		return false;
	const struct audit_section *section =
		audit_object_find_section(kernel->object, texts + place->section);
	if (!section || !(section->flags & SHF_ALLOC) || !section->size ||
		place->offset > section->size)
		return false;
	*address = section->address + place->offset;
	return true;
}

/* The bytes behind the head of the note of type 3, named GNU. */
static const uint8_t *find_build_id(const struct audit_object *object, uint32_t *size)
{
	for (size_t i = 1; i < object->section_count; i++) {
		const struct audit_section *section = &object->sections[i];
		uint64_t at = 0;
		while (section->type == SHT_NOTE && section->data &&
			at + 12 <= section->size) {
			uint32_t head[3];
			memcpy(head, section->data + at, sizeof(head));
			uint64_t name = at + sizeof(head);
			uint64_t bytes = name + ((head[0] + 3u) & ~3u);
			at = bytes + ((head[1] + 3u) & ~3u);
			if (at > section->size)
				break;
			if (head[2] == 3 && head[0] == 4 &&
				memcmp(section->data + name, "GNU", 4) == 0) {
				*size = head[1];
				return section->data + bytes;
			}
		}
	}
	return NULL;
}

bool audit_world_has_target(const struct ksplice_target *row)
{
	uint32_t size = 0;
	const struct world_target *known;
	if (!memchr(row->name, 0, sizeof(row->name)))
		return false;
	const struct audit_kernel *kernel = audit_world_find(row->name);
	const uint8_t *build_id = kernel ? find_build_id(kernel->object, &size) : NULL;
	known = world_find(row->name);
	uint32_t kind = kernel == world.vmlinux   ? KSPLICE_TARGET_IMAGE
			: known && known->is_part ? KSPLICE_TARGET_UPDATE
						  : KSPLICE_TARGET_MODULE;
	return build_id && row->kind == kind && row->build_id_size == size &&
	       size <= sizeof(row->build_id) &&
	       memcmp(row->build_id, build_id, size) == 0;
}
