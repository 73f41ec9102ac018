/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update_archive.h - an update as it is shipped: ksplice-<id>.tar.gz
 *
 * One folder ksplice-<id>/ with manifest.json, a module for each target, the patch and
 * a report; see docs/FORMAT.md.
 */
#ifndef KSPLICE_APPLY_UPDATE_ARCHIVE_H
#define KSPLICE_APPLY_UPDATE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct json_t;

/* What the update changes in one target: a kernel module of its own. */
struct update_part {
	char *target;      /* "vmlinux", or the name of a module */
	bool is_image;     /* the target is the kernel image */
	char *build_id;    /* of the target, in hexadecimal */
	char *module_path; /* in the archive's folder */
	char *module_name; /* of the part, as /proc/modules will have it */
};

struct update_archive {
	char *path;
	char *folder; /* temporary, removed by update_archive_deinit; NULL: none */
	char *id;
	struct update_part *parts; /* in the order in which they are loaded */
	size_t part_count;
	struct json_t *manifest;
};

/* Unpacks it with tar(1) and reads the manifest. */
struct error *update_archive_open(const char *path, struct update_archive *archive);

/* The same of a folder that has what was in the archive's. Parts may be missing in it. */
struct error *update_archive_open_folder(
	const char *folder, struct update_archive *archive);

/* For an archive that was opened, or is all zero. */
void update_archive_deinit(struct update_archive *archive);

#define scope_archive __attribute__((cleanup(update_archive_deinit)))

/* A text of the manifest's object "kernel": release, version. "" if it is not there. */
const char *update_archive_kernel(const struct update_archive *archive, const char *key);

/* When it was made, as RFC 3339; "" if it does not say. */
const char *update_archive_created(const struct update_archive *archive);

#endif
