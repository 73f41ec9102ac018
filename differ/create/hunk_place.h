/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunk_place.h - did each hunk of a patch land where its author meant it?
 *
 * patch(1) looks for a hunk's context further up and down where the lines have moved. The
 * same context may be in another function, too. A hunk's header names the function that
 * the hunk is in: the last line in front of it that starts with a letter (diff -p; git
 * leaves out labels). It must be the one in front of where the hunk landed.
 */
#ifndef KSPLICE_DIFFER_CREATE_HUNK_PLACE_H
#define KSPLICE_DIFFER_CREATE_HUNK_PLACE_H

struct error;
struct json_t;
struct patch_entry;
struct patch_file;

/*
 * Reads what "patch", in the C locale, said about the patch's edits (patch_file_print) in
 * their order: gives for each hunk of each entry by how many lines it was moved. The
 * caller frees it; the hunks of the second entry follow those of the first.
 */
struct error *hunk_place_read_offsets(
	const struct patch_file *patch, const char *said, long **offsets);

/*
 * Checks the hunks of one file against its text before the patch. Refused are hunks that
 * landed in another function than their header names, and those that were moved although
 * their lines are in several places. Of others that were moved, warnings (an array of
 * texts) says so. Where a hunk's header names no function, its lines alone count.
 */
struct error *hunk_place_check(const struct patch_entry *entry, const char *original,
	const long *offsets, struct json_t *warnings);

#endif
