/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_place.h - where the record of an object goes
 */
#ifndef KSPLICE_CCWRAP_RECORD_PLACE_H
#define KSPLICE_CCWRAP_RECORD_PLACE_H

#include <stdbool.h>

/* Zero-initialise; release with record_place_deinit. */
struct record_place {
	char *cwd;      /* absolute */
	char *root;     /* of the object tree, absolute */
	char *object;   /* relative to root */
	char *folder;   /* of all records of that tree */
	char *path;     /* of this record */
	bool is_module; /* the tree is that of an out-of-tree module */
};

/*
 * object: as the compiler is told. The root is that of the out-of-tree module that
 * kbuild is building (KBUILD_EXTMOD), else the working folder, else the object's own
 * folder: the first that is above the object. Returns 0, or -1 if there is no
 * working folder.
 */
int record_place_find(struct record_place *place, const char *object);
void record_place_deinit(struct record_place *place);

/*
 * Why the object is not recorded (see lib/record_rule.h), or NULL if it is. The rules are
 * those of the kernel's tree: "tools" of another project is a folder as any other.
 */
const char *record_place_find_rule(const struct record_place *place);

/* False if the record cannot be put there; folders that are missing can be made. */
bool record_place_is_writable(const struct record_place *place);

#endif
