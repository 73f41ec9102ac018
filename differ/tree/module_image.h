/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module_image.h - a module's .ko as if it were linked, for the same proof as vmlinux
 *
 * A .ko keeps its relocations, so two objects' bytes say little about each other. Here
 * its sections get addresses that do not overlap, what it does not define gets one each,
 * and the relocations are applied. Then placement_find finds and proves the places of the
 * objects that the .ko was linked from, as it does in vmlinux.
 */
#ifndef KSPLICE_DIFFER_TREE_MODULE_IMAGE_H
#define KSPLICE_DIFFER_TREE_MODULE_IMAGE_H

#include <stdint.h>

struct error;
struct kernel_image;
struct module_image;

struct error *module_image_open(const char *path, struct module_image **module);
/* NULL is fine. */
void module_image_close(struct module_image *module);

/* Its addresses mean nothing outside of it. It has no build-id and no base. */
const struct kernel_image *module_image_get(const struct module_image *module);

/* The section of the .ko that holds the address, and the offset in it. NULL if none
 * does. */
const char *module_image_find_section(
	const struct module_image *module, uint64_t address, uint64_t *offset);

static inline void cleanup_module_image(struct module_image **module)
{
	module_image_close(*module);
}
#define scope_module_image __attribute__((cleanup(cleanup_module_image)))

#endif
