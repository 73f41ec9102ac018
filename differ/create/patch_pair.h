/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_pair.h - a patch from files that lie beside each other: FILE, and FILE.EXT with
 * the new text
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_PAIR_H
#define KSPLICE_DIFFER_CREATE_PATCH_PAIR_H

struct error;
struct patch_sources;

/*
 * Appends the difference of all pairs below the folder. extension is "new" or ".new". It
 * is said which pairs there are, which of them are equal, and how many files with the
 * extension have no partner.
 */
struct error *patch_pair_read(
	const char *folder, const char *extension, struct patch_sources *sources);

#endif
