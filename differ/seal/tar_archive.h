/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tar_archive.h - writes and reads compressed tar archives; only this file uses
 * libarchive
 *
 * Members are regular files. Long runs of zeros are stored as holes, so they take no
 * space in the archive or after unpacking with tar(1). The same members give the same
 * archive: owner and group are 0, and the only time is the member's modification time.
 */
#ifndef KSPLICE_DIFFER_SEAL_TAR_ARCHIVE_H
#define KSPLICE_DIFFER_SEAL_TAR_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct error;
struct tar_reader;
struct tar_writer;

struct tar_member {
	const char *path;
	size_t size;
	struct timespec modified;
	bool is_executable;
};

/*
 * Makes the archive path. How it is compressed follows the ending of name, the name that
 * it will have; an unknown ending is refused.
 */
struct error *tar_writer_open(
	const char *path, const char *name, struct tar_writer **writer);
struct error *tar_writer_add(
	struct tar_writer *writer, const struct tar_member *member, const void *data);
/* Writes what is left. The writer is gone either way. */
struct error *tar_writer_finish(struct tar_writer *writer);
/* Ends it where it is; the caller removes the file. NULL is fine. */
void tar_writer_abandon(struct tar_writer *writer);

/* Reads an archive in memory, which must outlive the reader; name is for messages. */
struct error *tar_reader_open(
	const char *name, const void *data, size_t size, struct tar_reader **reader);
/* The next member, with a path that lives until the next call; *found says whether there
 * is one. What is no regular file is refused. */
struct error *tar_reader_next(
	struct tar_reader *reader, struct tar_member *member, bool *found);
/* The member's content: as many bytes as its size says. The caller frees it. */
struct error *tar_reader_read(
	struct tar_reader *reader, const struct tar_member *member, char **data);
/* NULL is fine. */
void tar_reader_close(struct tar_reader *reader);

#define scope_tar_reader __attribute__((cleanup(cleanup_tar_reader)))
static inline void cleanup_tar_reader(struct tar_reader **reader)
{
	tar_reader_close(*reader);
}

#endif
