/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal_write.h - makes a seal of a kernel's object tree
 */
#ifndef KSPLICE_DIFFER_SEAL_SEAL_WRITE_H
#define KSPLICE_DIFFER_SEAL_SEAL_WRITE_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct index;
struct kernel_image;
struct kernel_tree;

struct seal_summary {
	size_t files;
	int64_t content_size; /* of the files together */
	int64_t archive_size;
};

/*
 * Packs the tree into the archive path, which is replaced if it exists, in one step: a
 * failure or a signal leaves what was there. The same tree gives the same archive. show
 * is called now and then with how many of the files are done.
 */
struct error *seal_write(const struct kernel_tree *tree, const struct kernel_image *image,
	const struct index *index, const char *path,
	void (*show)(size_t done, size_t count), struct seal_summary *summary);

#endif
