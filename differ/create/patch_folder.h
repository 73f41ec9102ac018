/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patch_folder.h - a folder of patches, in their order
 */
#ifndef KSPLICE_DIFFER_CREATE_PATCH_FOLDER_H
#define KSPLICE_DIFFER_CREATE_PATCH_FOLDER_H

struct error;
struct patch_sources;

/*
 * Appends the patches of the folder: those that its file "series" lists, as quilt(1) has
 * it; without such a file, all whose names end in .patch, .diff or .mbox, in the order of
 * their names, but for the cover letter that git-format-patch(1) makes. Refused: a series
 * whose patches strip different numbers of folders.
 */
struct error *patch_folder_read(const char *folder, struct patch_sources *sources);

#endif
