/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_archive.h - an update as it is shipped: ksplice-<id>.tar.gz
 *
 * One folder ksplice-<id>/ with manifest.json, a module for each target, the patch and
 * a report; see docs/FORMAT.md.
 */
#ifndef KSPLICE_APPLY_UPDATE_ARCHIVE_H
#define KSPLICE_APPLY_UPDATE_ARCHIVE_H

struct error;

struct update_archive {
	char *folder; /* temporary; removed by update_archive_deinit */
	char *id;
	char *module_path;    /* the module for vmlinux, in folder */
	char *build_id;       /* of the vmlinux that it was made for, in hexadecimal */
	char *kernel_release; /* of that kernel, as uname -r; may be "" */
	char *kernel_version; /* and as uname -v; may be "" */
};

/* Unpacks it with tar(1) and reads the manifest. */
struct error *update_archive_open(const char *path, struct update_archive *archive);

/* For an archive that was opened, or is all zero. */
void update_archive_deinit(struct update_archive *archive);

#define scope_archive __attribute__((cleanup(update_archive_deinit)))

#endif
