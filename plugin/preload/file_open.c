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
 * are known by device and inode, because a compiler may spell a path in many ways. A
 * file that the patch adds has no original: it is known by its name, and by device and
 * inode of its folder.
 *
 * A program that runs without a list must not be affected.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static struct shadowed_file {
	dev_t device; /* of the original, or of the folder that the patch adds it to */
	ino_t inode;
	const char *added; /* its name in that folder; NULL: the file is there */
	const char *original;
	const char *replacement;
} * files;
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

static void log_add(const char *path)
{
	const char *log = getenv(KSPLICE_ENV_SHADOW_LOG);
	int fd = log ? open_plainly(AT_FDCWD, log,
			       O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)
		     : -1;
	if (fd < 0)
		return;
	/* After a short write the name is missing, so the file counts as not opened. */
	if (write(fd, path, strlen(path) + 1) < 0)
		file_count = 0;
	close(fd);
}

/* Finds the original, or the folder of a file that is not there. */
static bool file_identify(struct shadowed_file *file)
{
	struct stat status;
	char folder[PATH_MAX];
	const char *slash = strrchr(file->original, '/');
	if (stat(file->original, &status)) {
		if (errno != ENOENT || !slash || slash - file->original >= PATH_MAX)
			return false;
		memcpy(folder, file->original, (size_t)(slash - file->original));
		folder[slash - file->original] = '\0';
		if (stat(folder, &status))
			return false;
		file->added = slash + 1;
	}
	file->device = status.st_dev;
	file->inode = status.st_ino;
	return true;
}

__attribute__((constructor)) static void files_init(void)
{
	const char *path = getenv(KSPLICE_ENV_SHADOW);
	size_t size = 0;
	char *list = path && *path ? list_read(path, &size) : NULL;
	if (!list)
		return;
	size_t most = 0;
	for (size_t i = 0; i < size; i++)
		most += !list[i];
	files = calloc(most + 1, sizeof(*files));
	for (char *at = list; files && at < list + size;) {
		struct shadowed_file *file = &files[file_count];
		file->original = at;
		at += strlen(at) + 1;
		file->replacement = at < list + size ? at : "";
		at += strlen(file->replacement) + 1;
		if (file_identify(file))
			file_count++;
	}
	if (files)
		log_add(program_invocation_short_name);
}

static int file_open(const struct shadowed_file *file, int flags)
{
	int fd = open_plainly(AT_FDCWD, file->replacement, flags, 0);
	if (fd >= 0)
		log_add(file->original);
	return fd;
}

/* A file that the patch adds, under the path that does not exist. */
static int file_add(int folder, const char *path, int flags)
{
	char parent[PATH_MAX];
	struct stat status;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t size = slash ? (size_t)(slash + 1 - path) : 0;
	size_t i = 0;
	while (i < file_count && !(files[i].added && strcmp(files[i].added, name) == 0))
		i++;
	if (i == file_count || size >= sizeof(parent))
		return -1;
	memcpy(parent, path, size);
	parent[size] = '\0';
	if (fstatat(folder, size ? parent : ".", &status, 0))
		return -1;
	for (; i < file_count; i++) {
		if (files[i].added && strcmp(files[i].added, name) == 0 &&
			files[i].device == status.st_dev &&
			files[i].inode == status.st_ino)
			return file_open(&files[i], flags);
	}
	return -1;
}

/* The replacement of an original that was opened, or else what was opened. */
static int file_replace(int fd, int folder, const char *path, int flags)
{
	struct stat status;
	bool is_read = (flags & O_ACCMODE) == O_RDONLY && !(flags & O_PATH);
	if (!file_count || !is_read)
		return fd;
	if (fd < 0) {
		int wrong = errno;
		if (wrong == ENOENT && !(flags & O_CREAT))
			fd = file_add(folder, path, flags);
		if (fd < 0)
			errno = wrong;
		return fd;
	}
	if (fstat(fd, &status))
		return fd;
	for (size_t i = 0; i < file_count; i++) {
		if (files[i].added || files[i].device != status.st_dev ||
			files[i].inode != status.st_ino)
			continue;
		close(fd);
		return file_open(&files[i], flags);
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
	return file_replace(
		open_plainly(AT_FDCWD, path, flags, mode), AT_FDCWD, path, flags);
}

EXPORTED int openat(int folder, const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	mode_t mode = mode_read(flags, list);
	va_end(list);
	return file_replace(open_plainly(folder, path, flags, mode), folder, path, flags);
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
