/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module_image.h - a module's .ko as if it were linked, for the same proof as vmlinux
 *
 * A .ko is not relocated, so its bytes cannot be compared directly. Here its sections get
 * addresses that do not overlap, each undefined symbol gets an address, and the
 * relocations are applied. Then placement_find finds and proves the places of the objects
 * that the .ko was linked from, as it does in vmlinux.
 */
#ifndef KSPLICE_DIFFER_TREE_MODULE_IMAGE_H
#define KSPLICE_DIFFER_TREE_MODULE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct elf_symbol;
struct error;
struct kernel_image;
struct module_image;

struct error *module_image_open(const char *path, struct module_image **module);
/* NULL is fine. */
void module_image_close(struct module_image *module);

/* Its addresses mean nothing outside of it, and its base is 0. A module may be without a
 * build-id: build_id is NULL then. Of symbols that it does not define, section is
 * SHN_ABS. */
const struct kernel_image *module_image_get(const struct module_image *module);

/* The section of the .ko that holds the address, and the offset in it. NULL if none
 * does. */
const char *module_image_find_section(
	const struct module_image *module, uint64_t address, uint64_t *offset);

/* The address of an offset in a loaded section; false if there is no section of that
 * name. */
bool module_image_find_address(const struct module_image *module, const char *section,
	uint64_t offset, uint64_t *address);

/* The symbol outside of the module to which the address belongs, and the distance from
 * it, which is less than a page. NULL if it is no such address. */
const struct elf_symbol *module_image_find_outside(
	const struct module_image *module, uint64_t address, uint64_t *offset);

/* Does the module define the symbol, one of its image, rather than use it? */
bool module_image_defines(
	const struct module_image *module, const struct elf_symbol *symbol);

/* The first value of a key of .modinfo, such as "name" or "depends"; NULL if it has none.
 * The caller frees it. */
char *module_image_find_information(const struct module_image *module, const char *key);

static inline void cleanup_module_image(struct module_image **module)
{
	module_image_close(*module);
}
#define scope_module_image __attribute__((cleanup(cleanup_module_image)))

#endif
