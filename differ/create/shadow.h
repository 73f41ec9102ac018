/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shadow.h - the patched files, in a folder of their own
 *
 * The user's tree is never written. Patched files are copied into a folder that
 * mirrors the source tree, patched there, and given their old line numbers back; all
 * others are read where they are.
 */
#ifndef KSPLICE_DIFFER_CREATE_SHADOW_H
#define KSPLICE_DIFFER_CREATE_SHADOW_H

struct error;
struct kernel_tree;
struct patch_file;
struct record;

/*
 * Makes folder (which must not exist) with the patched files. patch_path is the diff
 * itself for patch(1), which must apply without fuzz.
 */
struct error *shadow_create(const struct kernel_tree *tree,
	const struct patch_file *patch, const char *patch_path, unsigned strip,
	const char *folder);

/*
 * Prepares what one unit reads: the patched ones of its inputs, and its main source, get
 * the names that its record has for them. The caller frees *source, the path of the main
 * source in the shadow. Units may be prepared one after the other in one shadow.
 */
struct error *shadow_prepare_unit(const struct kernel_tree *tree,
	const struct patch_file *patch, const struct record *record, const char *folder,
	char **source);

#endif
