/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_folder.h - folders of small programs, for tests of what is found on PATH
 */
#ifndef KSPLICE_TESTS_PROGRAM_FOLDER_H
#define KSPLICE_TESTS_PROGRAM_FOLDER_H

/* Writes folder/name, a shell script. The caller frees the path. */
char *program_folder_add(const char *folder, const char *name, const char *script);

/* Makes the link folder/name. The caller frees its path. */
char *program_folder_link(const char *folder, const char *name, const char *target);

#endif
