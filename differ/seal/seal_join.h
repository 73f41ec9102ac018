/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seal_join.h - the seal of a kernel that was built within its source tree, with a source
 * tree
 *
 *     seal-<digest>  +  source tree  ─▶  seal-<digest>-<digest of the source's path>
 *
 * Without O=, sources and generated files were in the same folders. They are joined in a
 * new folder: files of the seal are hard links to the unpacked seal, all others are links
 * to the source tree, which is only read.
 */
#ifndef KSPLICE_DIFFER_SEAL_SEAL_JOIN_H
#define KSPLICE_DIFFER_SEAL_SEAL_JOIN_H

struct error;
struct seal_manifest;

/*
 * sealed: the folder of the unpacked seal. source: the source tree. A joined folder that
 * is there already gets links to what is new in the source tree. The caller frees
 * *joined. A source tree that is configured itself is refused: its files are not to be
 * told from those of the sealed build.
 */
struct error *seal_join(const char *sealed, const struct seal_manifest *manifest,
	const char *source, char **joined);

#endif
