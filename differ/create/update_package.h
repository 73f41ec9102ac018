/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_package.h - the archive that an administrator gets
 *
 *     ksplice-<id>.tar.gz
 *       ksplice-<id>/manifest.json
 *       ksplice-<id>/ksplice-<id>-<target>.ko, one for each target that changes
 *       ksplice-<id>/<the patch>
 *       ksplice-<id>/report.txt
 */
#ifndef KSPLICE_DIFFER_CREATE_UPDATE_PACKAGE_H
#define KSPLICE_DIFFER_CREATE_UPDATE_PACKAGE_H

#include "abi/update.h"

struct error;
struct update_content;
struct module_template;

/* The id of an update: the same patch for the same kernel has the same one. build_ids are
 * those of vmlinux and of the modules that the patch touches, as text. */
void update_package_make_id(
	const char *patch_text, const char *build_ids, char id[KSPLICE_ID_SIZE]);

/* Can output be the folder of the archive? An error if it is a file, or looks like the
 * name of one and is not there: the archive's name is not the user's choice. */
struct error *update_package_check_output(const char *output);

/*
 * Makes the parts' objects and modules, manifest and report in the folder work, and the
 * archive in the folder output, in one step. patch is the diff's path. The caller frees
 * *archive, its path.
 */
struct error *update_package_write(const struct update_content *content,
	const struct module_template *template, const char *patch, const char *work,
	const char *output, char **archive);

#endif
