/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * installed_list.h - the updates that are installed on the disk, for this and for other
 * kernels
 *
 *     /var/lib/ksplice/RELEASE/ksplice-ID.tar.gz    RELEASE as of uname -r
 *     /var/lib/ksplice/trial/ID                     crash_guard.h
 *     /run/ksplice/failed/ID                        why it could not be applied
 *
 * Kernels are told apart by their release so that people see what is for which, and so
 * that an update for another one costs nothing at boot. Two kernels may have the same
 * release; the build-id in the update decides.
 */
#ifndef KSPLICE_APPLY_INSTALLED_LIST_H
#define KSPLICE_APPLY_INSTALLED_LIST_H

#include <stddef.h>

struct error;
struct json_t;

/* Instead of /var/lib/ksplice. */
#define KSPLICE_ENV_INSTALLED "KSPLICE_INSTALLED"

/* The folder of all installed updates: a constant text. */
const char *installed_list_folder(void);

/* The folder of those for the running kernel; the caller frees it. */
char *installed_list_running(void);

/* Notes why an update could not be applied, or forgets it (text NULL), until the next
 * boot. name: its id, or the name of a file that is damaged. */
struct error *installed_list_note(const char *name, const char *text);

/*
 * One object for each update: file, release, id (not if the file is damaged), state and
 * why. state is one of
 *
 *     applied, waiting   it is in the kernel, or waits for a module that it changes
 *     on-trial           applied, and less than a minute ago
 *     blocked            the machine went down after it was applied
 *     not-applied        it is for this kernel
 *     other-kernel
 *     damaged            the file cannot be read
 *
 * Of those for other releases only the names are read.
 */
struct error *installed_list_describe(struct json_t **list);

#endif
