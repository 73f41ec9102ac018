// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/tar_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "differ/seal/zero_run.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

struct tar_writer {
	char *path;
	int fd;
	struct archive *archive;
};

struct tar_reader {
	char *name;
	struct archive *archive;
	struct archive_entry *entry; /* libarchive's */
};

/* Levels at which the archive of a kernel takes seconds and not minutes to make. */
static const struct tar_compression {
	const char *suffix;
	int (*add)(struct archive *archive);
	const char *options;
} tar_compressions[] = {
	{".tar.zst", archive_write_add_filter_zstd, "zstd:compression-level=6"},
	/* gzip's own header would have the time */
	{".tar.gz", archive_write_add_filter_gzip,
		"gzip:compression-level=6,gzip:!timestamp"},
	{".tar.xz", archive_write_add_filter_xz, "xz:compression-level=2"},
	{".tar", archive_write_add_filter_none, NULL},
};

static struct error *tar_problem(const char *name, struct archive *archive)
{
	const char *text = archive_error_string(archive);
	return error_failed("%s: %s", name, text ? text : "libarchive failed");
}

/* libarchive says what it was doing, errno why that did not work. */
static struct error *tar_writer_problem(struct tar_writer *writer)
{
	int number = archive_errno(writer->archive);
	if (number <= 0)
		return tar_problem(writer->path, writer->archive);
	return error_failed("%s: %s", writer->path, strerror(number));
}

static struct error *tar_writer_prepare(
	struct tar_writer *writer, const struct tar_compression *compression)
{
	struct archive *archive = writer->archive;
	writer->fd = open(writer->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (writer->fd < 0)
		return error_errno("%s", writer->path);
	if (archive_write_set_format_pax(archive) != ARCHIVE_OK ||
		compression->add(archive) != ARCHIVE_OK ||
		(compression->options && archive_write_set_options(archive,
						 compression->options) != ARCHIVE_OK) ||
		archive_write_open_fd(archive, writer->fd) != ARCHIVE_OK)
		return tar_writer_problem(writer);
	return NULL;
}

struct error *tar_writer_open(
	const char *path, const char *name, struct tar_writer **writer)
{
	const struct tar_compression *compression = NULL;
	size_t count = sizeof(tar_compressions) / sizeof(tar_compressions[0]);
	for (size_t i = 0; i < count && !compression; i++) {
		if (text_has_suffix(name, tar_compressions[i].suffix))
			compression = &tar_compressions[i];
	}
	if (!compression)
		return error_hint(error_refused("unknown-suffix",
					  "%s: unknown kind of archive", name),
			"use .tar.zst, .tar.gz, .tar.xz or .tar");
	struct tar_writer *opened = memory_allocate(sizeof(*opened));
	opened->path = memory_copy_text(path);
	opened->archive = archive_write_new();
	struct error *error = tar_writer_prepare(opened, compression);
	if (error)
		tar_writer_abandon(opened);
	else
		*writer = opened;
	return error;
}

/* Tells libarchive which parts of the content are more than zeros. What is nothing but
 * zeros is written as it is. */
static void entry_set_data(struct archive_entry *entry, const char *data, size_t size)
{
	size_t start = 0;
	size_t end = 0;
	while (zero_run_find_data(data, size, &start, &end)) {
		if (start || end < size)
			archive_entry_sparse_add_entry(
				entry, (int64_t)start, (int64_t)(end - start));
		start = end;
	}
}

struct error *tar_writer_add(
	struct tar_writer *writer, const struct tar_member *member, const void *data)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, member->path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, member->is_executable ? 0755 : 0644);
	archive_entry_set_size(entry, (int64_t)member->size);
	archive_entry_set_mtime(entry, member->modified.tv_sec, member->modified.tv_nsec);
	entry_set_data(entry, data, member->size);
	int status = archive_write_header(writer->archive, entry);
	archive_entry_free(entry);
	if (status != ARCHIVE_OK ||
		archive_write_data(writer->archive, data, member->size) !=
			(la_ssize_t)member->size ||
		archive_write_finish_entry(writer->archive) != ARCHIVE_OK)
		return tar_writer_problem(writer);
	return NULL;
}

struct error *tar_writer_finish(struct tar_writer *writer)
{
	struct error *error = NULL;
	if (archive_write_close(writer->archive) != ARCHIVE_OK)
		error = tar_writer_problem(writer);
	tar_writer_abandon(writer);
	return error;
}

void tar_writer_abandon(struct tar_writer *writer)
{
	if (!writer)
		return;
	archive_write_free(writer->archive);
	cleanup_close(&writer->fd);
	free(writer->path);
	free(writer);
}

struct error *tar_reader_open(
	const char *name, const void *data, size_t size, struct tar_reader **reader)
{
	struct tar_reader *opened = memory_allocate(sizeof(*opened));
	struct error *error = NULL;
	opened->name = memory_copy_text(name);
	opened->archive = archive_read_new();
	archive_read_support_filter_zstd(opened->archive);
	archive_read_support_filter_gzip(opened->archive);
	archive_read_support_filter_xz(opened->archive);
	archive_read_support_format_tar(opened->archive);
	if (archive_read_open_memory(opened->archive, data, size) != ARCHIVE_OK)
		error = tar_problem(name, opened->archive);
	if (error)
		tar_reader_close(opened);
	else
		*reader = opened;
	return error;
}

struct error *tar_reader_next(
	struct tar_reader *reader, struct tar_member *member, bool *found)
{
	int status = archive_read_next_header(reader->archive, &reader->entry);
	if (status == ARCHIVE_EOF) {
		*found = false;
		return NULL;
	}
	if (status != ARCHIVE_OK)
		return tar_problem(reader->name, reader->archive);
	const char *path = archive_entry_pathname(reader->entry);
	if (!path || archive_entry_filetype(reader->entry) != AE_IFREG ||
		archive_entry_hardlink(reader->entry) ||
		archive_entry_size(reader->entry) < 0)
		return error_failed("%s: %s: not a regular file", reader->name,
			path ? path : "a member without a name");
	*member = (struct tar_member){
		.path = path,
		.size = (size_t)archive_entry_size(reader->entry),
		.modified = {archive_entry_mtime(reader->entry),
			archive_entry_mtime_nsec(reader->entry)},
		.is_executable = archive_entry_perm(reader->entry) & 0100,
	};
	*found = true;
	return NULL;
}

struct error *tar_reader_read(
	struct tar_reader *reader, const struct tar_member *member, char **data)
{
	/* zeroed, which is what stands where the archive has a hole */
	scope_free char *content = memory_allocate(member->size + 1);
	for (;;) {
		const void *block;
		size_t size;
		la_int64_t offset;
		int status =
			archive_read_data_block(reader->archive, &block, &size, &offset);
		if (status == ARCHIVE_EOF)
			break;
		if (status != ARCHIVE_OK)
			return tar_problem(reader->name, reader->archive);
		if (offset < 0 || (size_t)offset > member->size ||
			size > member->size - (size_t)offset)
			return error_failed("%s: %s: longer than its size field says",
				reader->name, member->path);
		memcpy(content + offset, block, size);
	}
	*data = take_pointer(content);
	return NULL;
}

void tar_reader_close(struct tar_reader *reader)
{
	if (!reader)
		return;
	archive_read_free(reader->archive);
	free(reader->name);
	free(reader);
}
