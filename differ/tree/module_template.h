/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module_template.h - the part of an update module that depends on the kernel alone
 *
 * kmod/template/ is built once per tree, by the tree's kbuild in a work folder, and kept
 * in the record folder. It contains struct module, vermagic, the CRC of module_layout,
 * init and exit, and the layout of the kernel's structures.
 */
#ifndef KSPLICE_DIFFER_TREE_MODULE_TEMPLATE_H
#define KSPLICE_DIFFER_TREE_MODULE_TEMPLATE_H

#include <stddef.h>

#include "abi/kernel_layout.h"

struct error;
struct kernel_tree;

/* The files of the folder that are used once they are built. */
extern const char *const module_template_files[];
extern const size_t module_template_file_count;

struct module_template {
	char *folder; /* holds the template's objects */
	struct kernel_layout layout;
};

/*
 * Builds the template with the given compiler, or finds it built. compiler is the
 * recorded one's path; work is used where the record folder cannot be written.
 */
struct error *module_template_prepare(const struct kernel_tree *tree,
	const char *build_id, const char *compiler, const char *work,
	struct module_template *template);
void module_template_deinit(struct module_template *template);

/*
 * Links object with the template into the update module at path, under the given module
 * name. work holds what is made on the way.
 */
struct error *module_template_link(const struct module_template *template,
	const struct kernel_tree *tree, const char *name, const char *object,
	const char *work, const char *path);

#endif
