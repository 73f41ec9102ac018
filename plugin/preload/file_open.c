// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file_open.c - the library that makes a compiler read patched files
 *
 *     ksplice-create ─▶ gcc ─▶ cc1 + this library ─▶ open("kernel/fork.c")
 *                                                       └─▶ shadow/kernel/fork.c
 *
 * The library is preloaded (ld.so(8), LD_PRELOAD), so the compiler's command, its working
 * folder and all names of files are those of the build. So is everything that follows
 * from names: __FILE__, and the folder in which #include "..." is looked for. Originals
 * are known by device and inode, because a compiler may spell a path in many ways.
 *
 * A program that runs without a list must not be affected.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/shadow_list.h"

#define EXPORTED __attribute__((visibility("default")))

/* Further files of a patch are not replaced; ksplice-create detects that by the log. */
enum { FILES_MOST = 4096 };

static struct shadowed_file {
	dev_t device;
	ino_t inode;
	const char *original;
	const char *replacement;
} files[FILES_MOST];
static size_t file_count;

static int open_plainly(int folder, const char *path, int flags, mode_t mode)
{
	return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static char *list_read(const char *path, size_t *size)
{
	struct stat status;
	int fd = open_plainly(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	char *list = NULL;
	if (!fstat(fd, &status))
		list = malloc((size_t)status.st_size + 1);
	ssize_t got = list ? read(fd, list, (size_t)status.st_size) : -1;
	close(fd);
	if (got < 0) {
		free(list);
		return NULL;
	}
	list[got] = '\0';
	*size = (size_t)got;
	return list;
}

__attribute__((constructor)) static void files_init(void)
{
	const char *path = getenv(KSPLICE_ENV_SHADOW);
	size_t size = 0;
	char *list = path && *path ? list_read(path, &size) : NULL;
	if (!list)
		return;
	for (char *at = list; at < list + size && file_count < FILES_MOST;) {
		struct shadowed_file *file = &files[file_count];
		struct stat status;
		file->original = at;
		at += strlen(at) + 1;
		file->replacement = at < list + size ? at : "";
		at += strlen(file->replacement) + 1;
		if (stat(file->original, &status))
			continue;
		file->device = status.st_dev;
		file->inode = status.st_ino;
		file_count++;
	}
}

static void file_log(const struct shadowed_file *file)
{
	const char *path = getenv(KSPLICE_ENV_SHADOW_LOG);
	int fd = path ? open_plainly(AT_FDCWD, path,
				O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)
		      : -1;
	if (fd < 0)
		return;
	/* After a short write the name is missing, so the file counts as not opened. */
	if (write(fd, file->original, strlen(file->original) + 1) < 0)
		file_count = 0;
	close(fd);
}

/* The replacement of an original that was opened, or else what was opened. */
static int file_replace(int fd, int flags)
{
	struct stat status;
	bool is_read = (flags & O_ACCMODE) == O_RDONLY && !(flags & O_PATH);
	if (fd < 0 || !file_count || !is_read || fstat(fd, &status))
		return fd;
	for (size_t i = 0; i < file_count; i++) {
		if (files[i].device != status.st_dev || files[i].inode != status.st_ino)
			continue;
		close(fd);
		fd = open_plainly(AT_FDCWD, files[i].replacement, flags, 0);
		if (fd >= 0)
			file_log(&files[i]);
		return fd;
	}
	return fd;
}

static mode_t mode_read(int flags, va_list list)
{
	bool has_mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
	return has_mode ? va_arg(list, mode_t) : 0;
}

EXPORTED int open(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	mode_t mode = mode_read(flags, list);
	va_end(list);
	return file_replace(open_plainly(AT_FDCWD, path, flags, mode), flags);
}

EXPORTED int openat(int folder, const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	mode_t mode = mode_read(flags, list);
	va_end(list);
	return file_replace(open_plainly(folder, path, flags, mode), flags);
}

/* The same on 64-bit machines; a compiler may be linked with either name. */
EXPORTED int open64(const char *path, int flags, ...) __attribute__((alias("open")));
EXPORTED int openat64(int folder, const char *path, int flags, ...)
	__attribute__((alias("openat")));

/* The compiler uses fopen to read lines for its messages. */
EXPORTED FILE *fopen(const char *path, const char *mode)
{
	static FILE *(*plain)(const char *, const char *);
	if (!plain)
		plain = (FILE * (*)(const char *, const char *))
			dlsym(RTLD_NEXT, "fopen");
	if (!file_count || mode[0] != 'r' || strchr(mode, '+'))
		return plain(path, mode);
	int fd = open(path, O_RDONLY | (strchr(mode, 'e') ? O_CLOEXEC : 0));
	FILE *stream = fd < 0 ? NULL : fdopen(fd, mode);
	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

EXPORTED FILE *fopen64(const char *path, const char *mode)
	__attribute__((alias("fopen")));
