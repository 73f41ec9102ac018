/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create_run.h - from a patch to an update: the passes of ksplice-create, in order
 *
 * docs/ARCHITECTURE.md, "Create", says what holds after each pass.
 */
#ifndef KSPLICE_DIFFER_CREATE_CREATE_RUN_H
#define KSPLICE_DIFFER_CREATE_CREATE_RUN_H

#include <stdbool.h>

#include "abi/update.h"
#include "differ/create/patch_reader.h"
#include "differ/create/patch_source.h"
#include "differ/create/series_apply.h"
#include "differ/create/update_model.h"
#include "differ/create/update_plan.h"
#include "differ/create/update_target.h"
#include "differ/tree/module_template.h"
#include "lib/command_line.h"

struct error;
struct index;
struct json_t;
struct kernel_image;
struct kernel_tree;

struct create {
	/* options */
	struct command_list patch_paths;
	struct command_list commits; /* or ranges, for git */
	const char *extension;       /* of files beside those that they change */
	const char *output;
	const char *keep;
	const char *tree_path;
	const char *source_path;
	struct command_list allowed_layouts; /* "struct:NAME" */
	unsigned strip;
	const char *description;
	bool is_each;
	bool is_dry;
	bool is_deb;
	bool is_json;
	bool is_quiet;
	/* inputs */
	struct kernel_tree *tree;
	struct kernel_image *image;
	struct index *index;
	struct patch_sources sources;
	struct patch_list patches;
	struct patched_files files;
	struct update_plan plan;
	/* what is made of them */
	char *work;
	char *patch_copy; /* path in work */
	char *shadow;
	struct module_template template;
	struct update_targets targets;
	struct update_unit *units;
	struct update update;
	char id[KSPLICE_ID_SIZE];
	struct json_t *warnings; /* about the patch, and of the compiler about new code */
	char *archive;
	char *deb; /* path of the package */
	double seconds;
	struct json_t
		*chosen; /* the answer, if each patch is judged; see patch_choice.h */
};

/* With -p of patch(1), the number of folders is meant; for hints. */
extern const char create_strip_hint[];

/* Is the text a number? */
bool create_is_number(const char *text);

/* Reads the patches, and opens the tree with its index. */
struct error *create_open(struct create *create);

/* Everything from the options to the archive; see the passes in create_run.c. */
struct error *create_run(struct create *create);

/* The update that was made, for --json; see docs/FORMAT.md. */
struct json_t *create_describe(const struct create *create);

/* Removes what was needed meanwhile, and releases everything but the options and the
 * archive's path. */
struct error *create_clean(struct create *create);

#endif
