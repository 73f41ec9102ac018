/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_image.h - vmlinux as linked: its bytes by address, its symbols by name
 *
 * Addresses are link-time ones. The base of the target "vmlinux" is _text.
 */
#ifndef KSPLICE_DIFFER_TREE_KERNEL_IMAGE_H
#define KSPLICE_DIFFER_TREE_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_object;
struct elf_section;
struct elf_symbol;
struct error;

struct kernel_image {
	struct elf_object *object;
	const uint8_t *build_id;
	size_t build_id_size;
	uint64_t base;     /* address of _text */
	uint64_t text_end; /* address of _etext */
	/* All named symbols that are no section or file, sorted by name. */
	const struct elf_symbol **by_name;
	size_t symbol_count;
	/* Allocated sections, sorted by address. The per-cpu section starts at 0. */
	const struct elf_section **by_address;
	size_t section_count;
};

/* Sorts the sections and symbols of image->object, which have their addresses. */
void kernel_image_sort(struct kernel_image *image);

/* Sets build_id to the descriptor of the note NT_GNU_BUILD_ID of image->object, in
 * whichever section it is; leaves it where there is none. */
void kernel_image_find_build_id(struct kernel_image *image);

struct error *kernel_image_open(const char *path, struct kernel_image **image);
void kernel_image_close(struct kernel_image *image);

/* The position in by_name of the first symbol whose name is not less than the given one;
 * symbol_count if there is none. */
size_t kernel_image_find_position(const struct kernel_image *image, const char *name);

/* The symbols of that name: *first points to *count of them, in by_name. */
void kernel_image_find_symbols(const struct kernel_image *image, const char *name,
	const struct elf_symbol *const **first, size_t *count);

/* The global (or weak) symbol of that name, NULL if there is none. */
const struct elf_symbol *kernel_image_find_global(
	const struct kernel_image *image, const char *name);

/* The section that holds the address, NULL if none does. */
const struct elf_section *kernel_image_find_section(
	const struct kernel_image *image, uint64_t address);

/*
 * The bytes at [address, +size). NULL where the image has none: outside of its
 * sections, across the end of one, or in .bss.
 */
const uint8_t *kernel_image_find_bytes(
	const struct kernel_image *image, uint64_t address, uint64_t size);

/* True if KASLR leaves the address alone: per-cpu offsets and absolute symbols. */
bool kernel_image_is_fixed(const struct kernel_image *image, uint64_t address);

#define scope_kernel_image __attribute__((cleanup(cleanup_kernel_image)))
static inline void cleanup_kernel_image(struct kernel_image **image)
{
	kernel_image_close(*image);
}

#endif
