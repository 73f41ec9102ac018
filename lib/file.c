// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/text.h"

/* How many temporary names are tried. They contain the time, so one rarely exists. */
#define FILE_NAME_ATTEMPTS 100

static struct error *file_read_all(int fd, const char *path, struct text *text)
{
	size_t before = text->size;
	char part[65536];
	for (;;) {
		ssize_t size = read(fd, part, sizeof(part));
		if (size > 0) {
			text_add_range(text, part, (size_t)size);
		} else if (size == 0) {
			if (text->size == before)
				text_add(text, "");
			return NULL;
		} else if (errno != EINTR) {
			struct error *error = error_errno("%s", path);
			text->size = before;
			return error;
		}
	}
}

struct error *file_read(const char *path, struct text *text)
{
	scope_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno("%s", path);
	return file_read_all(fd, path, text);
}

struct error *file_read_plain(const char *path, size_t most, struct text *text)
{
	/* Without O_NONBLOCK, open waits for somebody to write to a pipe. */
	scope_close int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat status;
	bool is_link = fd < 0 && errno == ELOOP;
	if ((fd < 0 && !is_link) || (fd >= 0 && fstat(fd, &status)))
		return error_errno("%s", path);
	if (is_link || !S_ISREG(status.st_mode))
		return error_failed("%s: not a regular file", path);
	if ((uintmax_t)status.st_size > most)
		return error_failed("%s: larger than %zu MB", path, most >> 20);
	return file_read_all(fd, path, text);
}

static struct error *file_write_all(
	int fd, const char *path, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);
		if (written >= 0) {
			data += written;
			size -= (size_t)written;
		} else if (errno != EINTR) {
			return error_errno("%s", path);
		}
	}
	return NULL;
}

/*
 * Makes a new file beside path, and the folders above it. The process number alone is not
 * a unique name: another machine or container that shares the disk has the same numbers,
 * and may have left its file there.
 */
static int file_create_beside(const char *path, char **name)
{
	scope_free char *folder = file_parent(path);
	bool has_folder = false;
	for (unsigned attempt = 0; attempt < FILE_NAME_ATTEMPTS; attempt++) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		scope_free char *tried = memory_format("%s/.tmp-%ld-%lx%lx-%u", folder,
			(long)getpid(), (unsigned long)now.tv_sec,
			(unsigned long)now.tv_nsec, attempt);
		int fd = open(tried, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno == ENOENT && !has_folder) {
			has_folder = true;
			error_free(file_make_folder(folder));
		} else if (fd >= 0 || errno != EEXIST) {
			*name = take_pointer(tried);
			return fd;
		}
	}
	*name = memory_copy_text(path);
	return -1;
}

struct error *file_write(const char *path, const void *data, size_t size)
{
	scope_free char *temporary = NULL;
	scope_close int fd = file_create_beside(path, &temporary);
	if (fd < 0)
		return error_errno("%s", path);
	struct error *error = file_write_all(fd, path, data, size);
	if (!error && rename(temporary, path))
		error = error_errno("%s", path);
	if (error)
		unlink(temporary);
	return error;
}

struct error *file_make_folder(const char *path)
{
	if (mkdir(path, 0777) == 0)
		return NULL;
	if (errno == ENOENT) {
		try(file_make_parent(path));
		if (mkdir(path, 0777) == 0)
			return NULL;
	}
	if (errno == EEXIST && file_is_folder(path))
		return NULL;
	return error_errno("%s", path);
}

struct error *file_make_parent(const char *path)
{
	scope_free char *parent = file_parent(path);
	return file_make_folder(parent);
}

struct error *file_make_temporary(const char *prefix, char **path)
{
	const char *folder = getenv("TMPDIR");
	scope_free char *made = memory_format(
		"%s/%s-XXXXXX", folder && *folder ? folder : "/tmp", prefix);
	if (!mkdtemp(made))
		return error_errno("%s", made);
	*path = take_pointer(made);
	return NULL;
}

static int file_remove_entry(
	const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

struct error *file_remove(const char *path)
{
	if (nftw(path, file_remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0)
		return NULL;
	return errno == ENOENT ? NULL : error_errno("%s", path);
}

struct error *file_name_folder(const char *folder, const char *name)
{
	if (rename(folder, name) && errno != ENOTEMPTY && errno != EEXIST)
		return error_errno("%s", name);
	return NULL;
}

bool file_exists(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0;
}

bool file_is_folder(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *file_join(const char *folder, const char *name)
{
	if (name[0] == '/')
		return memory_copy_text(name);
	const char *slash = text_has_suffix(folder, "/") ? "" : "/";
	return memory_format("%s%s%s", folder, slash, name);
}

char *file_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return memory_copy_text(".");
	if (slash == path)
		return memory_copy_text("/");
	return memory_copy_range(path, (size_t)(slash - path));
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *file_normalize(const char *folder, const char *path)
{
	scope_free char *joined = file_join(folder, path);
	char *normal = memory_allocate(strlen(joined) + 2);
	size_t size = 0;
	for (const char *part = joined; *part;) {
		size_t length = strcspn(part, "/");
		if (length == 2 && part[0] == '.' && part[1] == '.') {
			while (size && normal[--size] != '/')
				;
		} else if (length && !(length == 1 && part[0] == '.')) {
			if (size || joined[0] == '/')
				normal[size++] = '/';
			memcpy(normal + size, part, length);
			size += length;
		}
		part += length;
		part += strspn(part, "/");
	}
	if (!size)
		normal[size++] = joined[0] == '/' ? '/' : '.';
	normal[size] = '\0';
	return normal;
}

bool file_is_below(const char *folder, const char *path, const char **rest)
{
	size_t length = strlen(folder);
	if (strncmp(folder, path, length) != 0)
		return false;
	if (length && folder[length - 1] == '/')
		length--;
	if (path[length] != '/')
		return false;
	*rest = path + length + 1;
	return true;
}
