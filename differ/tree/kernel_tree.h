/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_tree.h - a built kernel: its object tree, source tree and targets
 *
 * Nothing here writes into either tree.
 */
#ifndef KSPLICE_DIFFER_TREE_KERNEL_TREE_H
#define KSPLICE_DIFFER_TREE_KERNEL_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct error;

struct kernel_tree {
	char *objects; /* object tree, absolute and without symbolic links */
	char *source;  /* source tree, likewise; the same as objects without O= */
	/* Where the two were when the kernel was built, as the records have it: the same,
	 * unless they were moved. */
	char *built_objects;
	char *built_source;
	char *vmlinux; /* path */
	char *release; /* include/config/kernel.release */
};

/* Has the folder the file that is in every source tree? */
bool kernel_tree_is_source(const char *folder);

/*
 * Looks at the folder and refuses, by name, what is no built and recorded tree. It may be
 * what was unpacked from a seal. source is where the source tree is now, or NULL: where
 * it was.
 */
struct error *kernel_tree_open(
	const char *path, const char *source, struct kernel_tree **tree);
void kernel_tree_close(struct kernel_tree *tree);

/* Is one of the trees in another place than when the kernel was built? */
bool kernel_tree_is_moved(const struct kernel_tree *tree);

/* Was the object tree unpacked from a seal? */
bool kernel_tree_is_seal(const struct kernel_tree *tree);

/* The value of a configuration symbol ("y", "m", a text); NULL if it is off. The
 * caller frees it. */
char *kernel_tree_find_config(const struct kernel_tree *tree, const char *symbol);

/*
 * An absolute, normalised path as the index stores it: "source:kernel/fork.c",
 * "object:include/generated/autoconf.h", or as it is where it is in neither tree.
 * So an archive can be unpacked elsewhere: paths of the build count as those of now. The
 * caller frees it.
 */
char *kernel_tree_relate_path(const struct kernel_tree *tree, const char *path);
/* The way back. */
char *kernel_tree_locate_path(const struct kernel_tree *tree, const char *related);

/* The archives that vmlinux is linked from, relative to the object tree. The first is
 * always there. */
extern const char *const kernel_tree_archives[];
extern const size_t kernel_tree_archive_count;

struct kernel_tree_target {
	char *name;     /* "vmlinux", or a module's path without ".ko" */
	char **objects; /* relative to the object tree, in link order */
	size_t object_count;
};

/* What the tree links from which objects. */
struct error *kernel_tree_list_targets(const struct kernel_tree *tree,
	struct kernel_tree_target **targets, size_t *count);
void kernel_tree_free_targets(struct kernel_tree_target *targets, size_t count);

#define scope_kernel_tree __attribute__((cleanup(cleanup_kernel_tree)))
static inline void cleanup_kernel_tree(struct kernel_tree **tree)
{
	kernel_tree_close(*tree);
}

#endif
