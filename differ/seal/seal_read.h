/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal_read.h - using a seal: it is unpacked once, and then is an object tree
 *
 *     SEAL ─▶ $XDG_CACHE_HOME/ksplice/seal-<digest of the archive> ─▶ kernel_tree_open
 */
#ifndef KSPLICE_DIFFER_SEAL_SEAL_READ_H
#define KSPLICE_DIFFER_SEAL_SEAL_READ_H

struct error;
struct kernel_tree;

/*
 * Opens an object tree, or the archive of one. source is the source tree's folder, or
 * NULL: it is where it was.
 */
struct error *seal_open_tree(
	const char *path, const char *source, struct kernel_tree **tree);

#endif
