/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_path.h - where the record of an object is
 */
#ifndef KSPLICE_CCWRAP_RECORD_PATH_H
#define KSPLICE_CCWRAP_RECORD_PATH_H

#include <stdbool.h>

/* Zero-initialise; release with record_path_deinit. */
struct record_path {
	char *cwd;      /* absolute */
	char *root;     /* of the object tree, absolute */
	char *object;   /* relative to root */
	char *folder;   /* of all records of that tree */
	char *file;     /* the record of this object */
	bool is_module; /* the tree is that of an out-of-tree module */
};

/*
 * object: as given to the compiler. The root is the folder of the out-of-tree module that
 * kbuild builds (KBUILD_EXTMOD), else the working folder, else the object's own folder:
 * the first of these that contains the object. Returns 0, or -1 if there is no working
 * folder.
 */
int record_path_find(struct record_path *path, const char *object);
void record_path_deinit(struct record_path *path);

/*
 * Why the object is not recorded although it is made from C: a constant text, or NULL if
 * it is recorded. The rules of lib/record_rule.h are those of the kernel's tree; a folder
 * "tools" of another project is recorded.
 */
const char *record_path_find_rule(const struct record_path *path);

/* False if the record cannot be written there; missing folders can be made. */
bool record_path_is_writable(const struct record_path *path);

#endif
