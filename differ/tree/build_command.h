/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build_command.h - the command that kbuild ran to make a file of the object tree
 *
 * Format: ".NAME.cmd" beside the file, "cmd_NAME := COMMAND", escaped for make (kernel:
 * scripts/Kbuild.include, make-cmd and if_changed).
 */
#ifndef KSPLICE_DIFFER_TREE_BUILD_COMMAND_H
#define KSPLICE_DIFFER_TREE_BUILD_COMMAND_H

struct error;
struct kernel_tree;

/*
 * The compile that kbuild ran for the product (a path relative to the object tree): the
 * first of its commands, without ksplice-cc, as text for the shell, in which it ran in
 * the object tree. The caller frees it.
 */
struct error *build_command_read(
	const struct kernel_tree *tree, const char *product, char **command);

#endif
