/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal_manifest.h - the manifest of a seal: .ksplice/seal.json (docs/FORMAT.md)
 */
#ifndef KSPLICE_DIFFER_TREE_SEAL_MANIFEST_H
#define KSPLICE_DIFFER_TREE_SEAL_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct text;

struct seal_file {
	char *path; /* relative to the object tree */
	int64_t size;
	char *digest; /* of its content in the seal, 32 hexadecimal digits */
	bool is_seen; /* for whoever goes through an archive */
};

/* Zero-initialise it; release with seal_manifest_deinit. */
struct seal_manifest {
	char *build_id; /* of vmlinux, hexadecimal */
	char *release;
	char *objects; /* absolute path of the object tree when it was built */
	char *source;  /* likewise; the same as objects in a build without O= */
	/* sorted by path; the manifest itself is not among them */
	struct seal_file *files;
	size_t file_count;
};

/* name is for messages. Another format version is refused. */
struct error *seal_manifest_parse(
	const char *name, const char *data, size_t size, struct seal_manifest *manifest);
void seal_manifest_print(const struct seal_manifest *manifest, struct text *text);
void seal_manifest_deinit(struct seal_manifest *manifest);

/* NULL if it is not listed. */
struct seal_file *seal_manifest_find(
	const struct seal_manifest *manifest, const char *path);

/* Is the manifest of a kernel that was built without O=? */
bool seal_manifest_is_one_tree(const struct seal_manifest *manifest);

#define scope_seal_manifest __attribute__((cleanup(seal_manifest_deinit)))

#endif
