/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index_digest.h - is the index the file that was written?
 *
 * SQLite notices damage where it reads it, and some damage it does not notice at all; and
 * the index is written without waiting for the disk. So its digest is kept in a file
 * beside it, and one that does not agree is made anew.
 */
#ifndef KSPLICE_DIFFER_INDEX_INDEX_DIGEST_H
#define KSPLICE_DIFFER_INDEX_INDEX_DIGEST_H

#include <stdbool.h>

struct error;

/* Keeps the digest of the index at path, which nobody may be writing. */
struct error *index_digest_keep(const char *path);

/* False if the index is not what it was. A copy without a digest has to be sound as a
 * database. */
bool index_digest_check(const char *path);

/* Removes the index and what belongs to it. */
struct error *index_digest_remove(const char *path);

#endif
