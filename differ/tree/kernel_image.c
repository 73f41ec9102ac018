// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/kernel_image.h"

#include <stdlib.h>
#include <string.h>

#include "differ/elf/elf_object.h"
#include "lib/error.h"
#include "lib/memory.h"

static int kernel_image_compare_names(const void *left, const void *right)
{
	const struct elf_symbol *const *a = left;
	const struct elf_symbol *const *b = right;
	return strcmp((*a)->name, (*b)->name);
}

static int kernel_image_compare_addresses(const void *left, const void *right)
{
	const struct elf_section *const *a = left;
	const struct elf_section *const *b = right;
	return (*a)->address < (*b)->address ? -1 : (*a)->address > (*b)->address;
}

void kernel_image_find_build_id(struct kernel_image *image)
{
	static const uint32_t type = 3; /* NT_GNU_BUILD_ID */
	for (size_t i = 1; i < image->object->section_count; i++) {
		const struct elf_section *section = &image->object->sections[i];
		if (section->type != SHT_NOTE)
			continue;
		uint64_t offset = 0;
		while (offset + sizeof(Elf64_Nhdr) <= section->size) {
			Elf64_Nhdr note;
			memcpy(&note, section->data + offset, sizeof(note));
			uint64_t name = offset + sizeof(note);
			uint64_t descriptor = name + ((note.n_namesz + 3u) & ~3u);
			uint64_t next = descriptor + ((note.n_descsz + 3u) & ~3u);
			if (next > section->size)
				break;
			if (note.n_type == type && note.n_namesz == 4 &&
				memcmp(section->data + name, "GNU", 4) == 0) {
				image->build_id = section->data + descriptor;
				image->build_id_size = note.n_descsz;
				return;
			}
			offset = next;
		}
	}
}

void kernel_image_sort(struct kernel_image *image)
{
	const struct elf_object *object = image->object;
	image->by_name = memory_allocate(object->symbol_count * sizeof(*image->by_name));
	for (size_t i = 1; i < object->symbol_count; i++) {
		const struct elf_symbol *symbol = &object->symbols[i];
		if (symbol->type != STT_SECTION && symbol->type != STT_FILE &&
			symbol->section != SHN_UNDEF && symbol->name[0])
			image->by_name[image->symbol_count++] = symbol;
	}
	qsort(image->by_name, image->symbol_count, sizeof(*image->by_name),
		kernel_image_compare_names);

	image->by_address =
		memory_allocate(object->section_count * sizeof(*image->by_address));
	for (size_t i = 1; i < object->section_count; i++) {
		if ((object->sections[i].flags & SHF_ALLOC) && object->sections[i].size)
			image->by_address[image->section_count++] = &object->sections[i];
	}
	qsort(image->by_address, image->section_count, sizeof(*image->by_address),
		kernel_image_compare_addresses);
}

static struct error *kernel_image_read(struct kernel_image *image)
{
	const struct elf_object *object = image->object;
	kernel_image_sort(image);
	kernel_image_find_build_id(image);
	if (!image->build_id || image->build_id_size > 32)
		return error_failed("%s: has no build-id", object->path);
	const struct elf_symbol *start = kernel_image_find_global(image, "_text");
	const struct elf_symbol *end = kernel_image_find_global(image, "_etext");
	if (!start || !end)
		return error_failed(
			"%s: has no symbols _text and _etext: not a kernel, or "
			"stripped",
			object->path);
	image->base = start->value;
	image->text_end = end->value;
	return NULL;
}

struct error *kernel_image_open(const char *path, struct kernel_image **image)
{
	struct elf_object *object;
	try(elf_object_open(path, ELF_RELOCS_SKIP, &object));
	struct kernel_image *opened = memory_allocate(sizeof(*opened));
	opened->object = object;
	struct error *error = kernel_image_read(opened);
	if (error)
		kernel_image_close(opened);
	else
		*image = opened;
	return error;
}

void kernel_image_close(struct kernel_image *image)
{
	if (!image)
		return;
	elf_object_close(image->object);
	free(image->by_name);
	free(image->by_address);
	free(image);
}

size_t kernel_image_find_position(const struct kernel_image *image, const char *name)
{
	size_t low = 0;
	size_t high = image->symbol_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(image->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void kernel_image_find_symbols(const struct kernel_image *image, const char *name,
	const struct elf_symbol *const **first, size_t *count)
{
	size_t start = kernel_image_find_position(image, name);
	size_t end = start;
	while (end < image->symbol_count && strcmp(image->by_name[end]->name, name) == 0)
		end++;
	*first = image->by_name + start;
	*count = end - start;
}

const struct elf_symbol *kernel_image_find_global(
	const struct kernel_image *image, const char *name)
{
	const struct elf_symbol *const *first;
	size_t count;
	kernel_image_find_symbols(image, name, &first, &count);
	for (size_t i = 0; i < count; i++) {
		if (first[i]->binding != STB_LOCAL)
			return first[i];
	}
	return NULL;
}

const struct elf_section *kernel_image_find_section(
	const struct kernel_image *image, uint64_t address)
{
	size_t low = 0;
	size_t high = image->section_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (image->by_address[middle]->address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	const struct elf_section *section = image->by_address[low - 1];
	return address - section->address < section->size ? section : NULL;
}

const uint8_t *kernel_image_find_bytes(
	const struct kernel_image *image, uint64_t address, uint64_t size)
{
	const struct elf_section *section = kernel_image_find_section(image, address);
	if (!section || section->type == SHT_NOBITS)
		return NULL;
	uint64_t offset = address - section->address;
	return size <= section->size - offset ? section->data + offset : NULL;
}

bool kernel_image_is_fixed(const struct kernel_image *image, uint64_t address)
{
	return address < image->base;
}
