/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_relocation.h - maps the paths in a record after the trees were moved
 *
 *     record (paths of the build) ─▶ record_relocate ─▶ the same compile, here
 *
 * The compile must give the same code, including strings from __FILE__. The proof is that
 * the recorded hashes come out again.
 */
#ifndef KSPLICE_DIFFER_TREE_RECORD_RELOCATION_H
#define KSPLICE_DIFFER_TREE_RECORD_RELOCATION_H

struct kernel_tree;
struct record;

/*
 * One word of a command that ran in folder (of the build), with every path in it that
 * led into one of the trees leading there again. The caller frees it.
 */
char *relocation_map_word(
	const struct kernel_tree *tree, const char *folder, const char *word);

/* Changes source, folder, arguments and inputs of the record; nothing where neither tree
 * was moved. */
void record_relocate(const struct kernel_tree *tree, struct record *record);

#endif
