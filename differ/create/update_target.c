// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/update_target.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "differ/tree/kernel_image.h"
#include "differ/tree/kernel_tree.h"
#include "differ/tree/module_image.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* ---- opening ------------------------------------------------------------------- */

static struct update_target *targets_add(struct update_targets *targets, const char *path)
{
	struct update_target *target = memory_allocate(sizeof(*target));
	target->path = memory_copy_text(path);
	targets->items = array_reserve(targets->items, sizeof(struct update_target *),
		targets->count + 1, &targets->capacity);
	target->number = targets->count++;
	targets->items[target->number] = target;
	return target;
}

static struct error *target_fill_row(
	struct update_target *target, enum ksplice_target_kind kind, const char *name)
{
	const struct kernel_image *image = target->image;
	struct ksplice_target *row = &target->row;
	if (!image->build_id || image->build_id_size > sizeof(row->build_id))
		return error_refused("no-build-id",
			"%s: has no build-id, so it cannot be compared with the running one",
			target->path);
	if (strlen(name) >= sizeof(row->name))
		return error_refused(
			"unknown-module", "%s: its name is too long", target->path);
	row->kind = kind;
	row->build_id_size = (uint32_t)image->build_id_size;
	memcpy(row->name, name, strlen(name));
	memcpy(row->build_id, image->build_id, image->build_id_size);
	return NULL;
}

void update_targets_init(struct update_targets *targets, const struct kernel_tree *tree,
	const struct index *index, const struct kernel_layout *layout,
	const struct kernel_image *image)
{
	*targets =
		(struct update_targets){.tree = tree, .index = index, .layout = layout};
	struct update_target *vmlinux = targets_add(targets, KSPLICE_TARGET_VMLINUX);
	vmlinux->image = image;
	/* kernel_image_open has looked at its build-id. */
	error_free(
		target_fill_row(vmlinux, KSPLICE_TARGET_IMAGE, KSPLICE_TARGET_VMLINUX));
}

static void target_close(struct update_target *target)
{
	site_table_deinit(&target->sites);
	module_image_close(target->module);
	free(target->depends);
	free(target->path);
	free(target);
}

void update_targets_deinit(struct update_targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		target_close(targets->items[i]);
	for (size_t i = 0; i < targets->exporter_count; i++)
		free(targets->exporter_paths[i]);
	free(targets->items);
	free(targets->exporter_paths);
	name_map_deinit(&targets->exporters);
	*targets = (struct update_targets){0};
}

static struct error *target_open_module(
	const struct update_targets *targets, struct update_target *target)
{
	scope_free char *file =
		memory_format("%s/%s.ko", targets->tree->objects, target->path);
	try(module_image_open(file, &target->module));
	target->image = module_image_get(target->module);
	target->depends = module_image_find_information(target->module, "depends");
	scope_free char *name = module_image_find_information(target->module, "name");
	if (!name)
		return error_refused(
			"unknown-module", "%s: has no module name in it", file);
	return target_fill_row(target, KSPLICE_TARGET_MODULE, name);
}

struct error *update_targets_find(
	struct update_targets *targets, const char *path, struct update_target **target)
{
	for (size_t i = 0; i < targets->count; i++) {
		if (strcmp(targets->items[i]->path, path) == 0) {
			*target = targets->items[i];
			return NULL;
		}
	}
	struct update_target *opened = targets_add(targets, path);
	struct error *error = target_open_module(targets, opened);
	if (error) {
		targets->count--;
		target_close(opened);
	} else {
		*target = opened;
	}
	return error;
}

struct error *update_targets_check_object(
	const struct update_targets *targets, const char *object)
{
	struct kernel_tree_target *listed;
	size_t count;
	const char *first = NULL;
	struct error *error = NULL;
	try(kernel_tree_list_targets(targets->tree, &listed, &count));
	for (size_t i = 0; i < count && !error; i++) {
		for (size_t k = 0; k < listed[i].object_count && !error; k++) {
			if (strcmp(listed[i].objects[k], object) != 0)
				continue;
			if (first && strcmp(first, listed[i].name) != 0)
				error = error_hint(
					error_refused("shared-object",
						"%s: is linked into both %s and %s",
						object, first, listed[i].name),
					"objects in several targets are not supported yet");
			first = listed[i].name;
		}
	}
	kernel_tree_free_targets(listed, count);
	return error;
}

struct error *update_target_read_sites(
	const struct update_targets *targets, struct update_target *target)
{
	if (target->has_sites)
		return NULL;
	try(site_table_read(
		target->image, target->module, targets->layout, &target->sites));
	target->has_sites = true;
	return NULL;
}

/* ---- names --------------------------------------------------------------------- */

const struct elf_symbol *update_target_find_global(
	const struct update_target *target, const char *name)
{
	const struct elf_symbol *global = kernel_image_find_global(target->image, name);
	if (global && target->module && !module_image_defines(target->module, global))
		return NULL;
	return global;
}

/* Module.symvers: CRC, symbol, module, kind of export, namespace; tabs between them. */
static struct error *targets_read_exporters(struct update_targets *targets)
{
	scope_free char *path = file_join(targets->tree->objects, "Module.symvers");
	scope_text struct text text = {0};
	size_t capacity = 0;
	const char *last = "";
	targets->has_exporters = true;
	try(file_read(path, &text));
	for (char *line = text.data; line && *line;) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;
		*end = '\0';
		char *symbol = line + strcspn(line, "\t");
		symbol += !!*symbol;
		char *module = symbol + strcspn(symbol, "\t");
		line = next;
		if (!*module)
			continue;
		*module++ = '\0';
		module[strcspn(module, "\t")] = '\0';
		if (strcmp(module, KSPLICE_TARGET_VMLINUX) == 0)
			continue;
		if (strcmp(module, last) != 0) {
			targets->exporter_paths = array_reserve(targets->exporter_paths,
				sizeof(char *), targets->exporter_count + 1, &capacity);
			targets->exporter_paths[targets->exporter_count++] =
				memory_copy_text(module);
			last = targets->exporter_paths[targets->exporter_count - 1];
		}
		name_map_set(&targets->exporters, symbol,
			(int64_t)targets->exporter_count - 1);
	}
	return NULL;
}

/* Module names have '_' where file names may have '-'. */
static bool module_name_is_equal(const char *left, const char *right, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char a = left[i] == '-' ? '_' : left[i];
		char b = right[i] == '-' ? '_' : right[i];
		if (a != b || !a)
			return false;
	}
	return !right[length];
}

bool update_target_depends_on(
	const struct update_target *target, const struct update_target *other)
{
	if (!other->module)
		return true;
	for (const char *at = target->depends; at && *at; at += !!*at) {
		size_t length = strcspn(at, ",");
		if (module_name_is_equal(at, other->row.name, length))
			return true;
		at += length;
	}
	return false;
}

static struct target_place image_place(
	const struct update_target *vmlinux, uint64_t address)
{
	bool is_fixed = kernel_image_is_fixed(vmlinux->image, address);
	return (struct target_place){
		.target = &vmlinux->row,
		.offset = is_fixed ? address : address - vmlinux->image->base,
		.is_fixed = is_fixed,
	};
}

struct error *update_target_refuse_dependency(const struct update_target *target,
	const struct update_target *other, const char *name)
{
	return error_hint(
		error_refused("new-dependency",
			"%s: refers to %s of the module %s, which may not be loaded "
			"with it",
			target->path, name, other->row.name),
		"it can use only the modules that it already depends on: %s",
		target->depends && target->depends[0] ? target->depends : "none");
}

static struct error *targets_find_exporter(struct update_targets *targets,
	const struct update_target *target, const char *name,
	struct update_target **definer, const struct elf_symbol **symbol)
{
	int64_t number;
	struct update_target *exporter;
	if (!targets->has_exporters)
		try(targets_read_exporters(targets));
	if (!name_map_find(&targets->exporters, name, &number)) {
		*definer = NULL;
		return NULL;
	}
	try(update_targets_find(
		targets, targets->exporter_paths[(size_t)number], &exporter));
	if (!update_target_depends_on(target, exporter))
		return update_target_refuse_dependency(target, exporter, name);
	*symbol = update_target_find_global(exporter, name);
	*definer = *symbol ? exporter : NULL;
	return NULL;
}

struct error *update_targets_find_definer(struct update_targets *targets,
	const struct update_target *target, const char *name,
	struct update_target **definer, const struct elf_symbol **symbol)
{
	struct update_target *vmlinux = update_targets_vmlinux(targets);
	*symbol = kernel_image_find_global(vmlinux->image, name);
	if (!*symbol)
		return targets_find_exporter(targets, target, name, definer, symbol);
	*definer = vmlinux;
	return NULL;
}

struct error *update_targets_find_outside(struct update_targets *targets,
	const struct update_target *target, const char *name, bool is_weak,
	struct target_place *place)
{
	struct update_target *definer;
	const struct elf_symbol *symbol;
	try(update_targets_find_definer(targets, target, name, &definer, &symbol));
	if (definer)
		return update_targets_locate(targets, definer, symbol->value, place);
	if (!is_weak)
		return error_refused("unknown-symbol",
			"%s: refers to %s, which neither vmlinux nor a module exports",
			target->path, name);
	*place = (struct target_place){
		.target = &update_targets_vmlinux(targets)->row, .is_fixed = true};
	return NULL;
}

/* ---- places -------------------------------------------------------------------- */

static bool section_is_init(const char *name)
{
	return text_has_prefix(name, ".init") || text_has_prefix(name, ".exit");
}

static size_t module_count_sections(const struct kernel_image *image, const char *name)
{
	size_t count = 0;
	for (size_t i = 1; i < image->object->section_count; i++)
		count += strcmp(image->object->sections[i].name, name) == 0;
	return count;
}

static struct error *module_place(const struct update_target *target,
	const struct elf_section *within, uint64_t offset, struct target_place *place)
{
	const char *section = within->name;
	if (section_is_init(section))
		return error_refused("init-reference",
			"%s: refers to %s, which may be gone from memory", target->path,
			section);
	if (module_count_sections(target->image, section) != 1)
		return error_refused("ambiguous-section",
			"%s: has several sections named %s", target->path, section);
	*place = (struct target_place){.target = &target->row,
		.section = section,
		.offset = offset,
		.is_empty = !within->size};
	return NULL;
}

static struct error *module_locate(struct update_targets *targets,
	const struct update_target *target, uint64_t address, struct target_place *place)
{
	uint64_t offset = 0;
	const struct elf_symbol *outside =
		module_image_find_outside(target->module, address, &offset);
	if (outside) {
		try(update_targets_find_outside(targets, target, outside->name,
			outside->binding == STB_WEAK, place));
		place->offset += offset;
		return NULL;
	}
	/* What points behind the end of a section still means it. */
	const struct elf_section *section =
		kernel_image_find_section(target->image, address);
	if (!section)
		section = kernel_image_find_section(target->image, address - 1);
	if (!section)
		return error_refused("unknown-symbol",
			"%s: refers to something that is in none of its sections",
			target->path);
	return module_place(target, section, address - section->address, place);
}

struct error *update_targets_locate(struct update_targets *targets,
	const struct update_target *target, uint64_t address, struct target_place *place)
{
	if (target->module)
		return module_locate(targets, target, address, place);
	*place = image_place(target, address);
	return NULL;
}

struct error *update_targets_find_symbol(struct update_targets *targets,
	const struct update_target *target, const struct elf_symbol *symbol,
	struct target_place *place)
{
	if (!module_image_defines(target->module, symbol))
		return update_targets_find_outside(targets, target, symbol->name,
			symbol->binding == STB_WEAK, place);
	const struct elf_section *section =
		elf_object_symbol_section(target->image->object, symbol);
	if (section)
		return module_place(
			target, section, symbol->value - section->address, place);
	*place = (struct target_place){
		.target = &target->row, .offset = symbol->value, .is_fixed = true};
	return NULL;
}

/* ---- ranges -------------------------------------------------------------------- */

static bool image_range_has(const struct kernel_image *image, const char *first,
	const char *last, uint64_t address, uint64_t size)
{
	const struct elf_symbol *start = kernel_image_find_global(image, first);
	const struct elf_symbol *end = kernel_image_find_global(image, last);
	return start && end && address >= start->value && address <= end->value &&
	       size <= end->value - address;
}

bool update_target_is_init(const struct update_target *target, uint64_t address)
{
	if (!target->module)
		return image_range_has(
			target->image, "__init_begin", "__init_end", address, 1);
	const struct elf_section *section =
		kernel_image_find_section(target->image, address);
	return section && section_is_init(section->name);
}

static const char ro_after_init[] = ".data..ro_after_init";

bool update_targets_is_ro_after_init(
	const struct update_targets *targets, const struct target_place *place)
{
	const struct kernel_image *image = update_targets_vmlinux(targets)->image;
	if (place->section)
		return strcmp(place->section, ro_after_init) == 0;
	return !place->is_fixed &&
	       image_range_has(image, "__start_ro_after_init", "__end_ro_after_init",
		       image->base + place->offset, 1);
}

bool update_target_is_constant(
	const struct update_target *target, uint64_t address, uint64_t size)
{
	if (!target->module)
		return image_range_has(
			target->image, "__start_rodata", "__end_rodata", address, size);
	const struct elf_section *section =
		kernel_image_find_section(target->image, address);
	bool is_read_only = section && (!(section->flags & (SHF_WRITE | SHF_EXECINSTR)) ||
					       strcmp(section->name, ro_after_init) == 0);
	return is_read_only && !section_is_init(section->name) &&
	       size <= section->size - (address - section->address);
}

/* ---- kallsyms ------------------------------------------------------------------ */

/* Names that scripts/kallsyms.c leaves out. */
static const char *const kallsyms_ignored[] = {
	"$",
	".L",
	"__efistub_",
	"__crc_",
	"__kstrtab_",
	"__kstrtabns_",
};

static bool target_is_text(const struct update_target *target, uint64_t address)
{
	const struct kernel_image *image = target->image;
	if (!target->module)
		return address >= image->base && address < image->text_end;
	const struct elf_section *section = kernel_image_find_section(image, address);
	return section && elf_section_is_code(section);
}

bool update_target_has_kallsyms(const struct update_targets *targets,
	const struct update_target *target, const char *name, uint64_t address)
{
	size_t ignored = sizeof(kallsyms_ignored) / sizeof(kallsyms_ignored[0]);
	for (size_t i = 0; i < ignored; i++) {
		if (text_has_prefix(name, kallsyms_ignored[i]))
			return false;
	}
	if (!target_is_text(target, address)) {
		scope_free char *all =
			kernel_tree_find_config(targets->tree, "CONFIG_KALLSYMS_ALL");
		if (!all)
			return false;
	}
	const struct elf_symbol *const *first;
	size_t count;
	kernel_image_find_symbols(target->image, name, &first, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->value == address)
			return true;
	}
	return false;
}
