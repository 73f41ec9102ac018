/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * series_apply.h - applies patches, one after the other, to copies of the source files
 *
 *     patches ─▶ series_apply ─▶ files of the folder ─▶ shadow.h
 *                     └─▶ what became of each file ─▶ update_plan.h
 *
 * Text is changed by patch(1). That files appear, go, and get other names is done here.
 */
#ifndef KSPLICE_DIFFER_CREATE_SERIES_APPLY_H
#define KSPLICE_DIFFER_CREATE_SERIES_APPLY_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct json_t;
struct kernel_tree;
struct patch_list;

struct patched_file {
	char *path;     /* relative to the source tree */
	bool was_there; /* before the patches */
	bool is_there;  /* behind them */
	bool is_binary; /* its new content is not known */
	bool is_edited; /* its text was changed, or all of it came or went */
};

/* Zero-initialise it; patched_files_deinit ends it. */
struct patched_files {
	struct patched_file *items; /* in the order in which patches name them */
	size_t count;
	size_t capacity;
};

/*
 * Applies the patches in their order to copies of the tree's files below folder, which is
 * made. Each must apply without fuzz, and where it was meant to (hunk_place.h). Hunks
 * that were moved are noted in warnings, an array of texts. work is a folder for what is
 * needed meanwhile. files gets each file that a patch names, once.
 *
 * Refused by name: patches that do not fit, files that are not there or that are there
 * already, paths through symbolic links.
 */
struct error *series_apply(const struct kernel_tree *tree,
	const struct patch_list *patches, const char *folder, const char *work,
	struct patched_files *files, struct json_t *warnings);

/* The file of that path; NULL if no patch names it. */
const struct patched_file *patched_files_find(
	const struct patched_files *files, const char *path);

void patched_files_deinit(struct patched_files *files);

#endif
