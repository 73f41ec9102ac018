// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/crash_guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

#define BOOT_PATH "/proc/sys/kernel/random/boot_id"
#define MARKER_MOST 4096

struct error *crash_guard_init(struct crash_guard *guard, const char *folder)
{
	scope_text struct text boot = {0};
	struct timespec now;

	try(file_read(BOOT_PATH, &boot));
	clock_gettime(CLOCK_BOOTTIME, &now);
	guard->folder = file_join(folder, "trial");
	guard->boot = memory_copy_range(boot.data, strcspn(boot.data, "\n"));
	guard->uptime = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	return NULL;
}

void crash_guard_deinit(struct crash_guard *guard)
{
	free(guard->folder);
	free(guard->boot);
	*guard = (struct crash_guard){0};
}

void crash_guard_release(struct crash_guard_verdict *verdict)
{
	free(verdict->since);
	*verdict = (struct crash_guard_verdict){0};
}

/* What is in the folder is on the disk when this returns. */
static struct error *crash_guard_sync(const char *path)
{
	scope_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		return error_errno("%s", path);
	return NULL;
}

/* As crash_guard_sync, of the folder and of its name in the one above. */
static struct error *crash_guard_sync_folder(const char *path)
{
	scope_free char *parent = file_parent(path);
	try(crash_guard_sync(path));
	return crash_guard_sync(parent);
}

static char *crash_guard_describe(const struct crash_guard *guard)
{
	scope_json struct json_t *marker = json_make_object();
	time_t now = time(NULL);
	struct tm broken;
	char when[32];

	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &broken));
	json_put_text(marker, "boot", guard->boot);
	json_put_text(marker, "since", when);
	json_put_number(marker, "uptime", (int64_t)guard->uptime);
	return json_to_text(marker);
}

static struct error *crash_guard_put(const char *path, const char *text)
{
	scope_free char *temporary = memory_format("%s.new", path);
	size_t size = strlen(text);
	scope_close int fd = open(
		temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return error_errno("%s", temporary);
	ssize_t written = write(fd, text, size);
	if (written >= 0 && (size_t)written < size)
		errno = ENOSPC;
	if (written != (ssize_t)size || fsync(fd) || rename(temporary, path)) {
		struct error *error = error_errno("%s", temporary);
		unlink(temporary);
		return error;
	}
	return NULL;
}

struct error *crash_guard_begin(const struct crash_guard *guard, const char *id)
{
	scope_free char *path = file_join(guard->folder, id);
	scope_free char *text = crash_guard_describe(guard);

	struct error *error = file_make_folder(guard->folder);
	if (!error)
		error = crash_guard_put(path, text);
	if (!error)
		error = crash_guard_sync_folder(guard->folder);
	if (!error)
		return NULL;
	return error_hint(error_prefix(error, "%s: the guard against crashes", id),
		"the file system must be writable");
}

struct error *crash_guard_end(const struct crash_guard *guard, const char *id)
{
	scope_free char *path = file_join(guard->folder, id);

	if (!unlink(path))
		return crash_guard_sync(guard->folder);
	return errno == ENOENT ? NULL : error_errno("%s", path);
}

static void crash_guard_judge(const struct crash_guard *guard,
	const struct json_t *marker, struct crash_guard_verdict *verdict)
{
	const char *boot = json_find_text(marker, "boot");
	const char *since = json_find_text(marker, "since");
	double begin = (double)json_find_number(marker, "uptime", 0);

	verdict->kind = boot && !strcmp(boot, guard->boot) ? CRASH_GUARD_TRIAL
							   : CRASH_GUARD_BLOCKED;
	verdict->since = since ? memory_copy_text(since) : NULL;
	verdict->left = begin + CRASH_GUARD_SECONDS - guard->uptime;
}

struct error *crash_guard_read(const struct crash_guard *guard, const char *id,
	struct crash_guard_verdict *verdict)
{
	scope_free char *path = file_join(guard->folder, id);
	scope_json struct json_t *marker = NULL;
	scope_text struct text text = {0};

	*verdict = (struct crash_guard_verdict){0};
	if (!file_exists(path))
		return NULL;
	try(file_read_plain(path, MARKER_MOST, &text));
	error_free(json_read_range(path, text.data ? text.data : "", text.size, &marker));
	crash_guard_judge(guard, marker, verdict);
	return NULL;
}

static struct error *crash_guard_confirm_one(const struct crash_guard *guard,
	const char *id, bool at_once, struct json_t *done, double *left)
{
	scope_verdict struct crash_guard_verdict verdict = {0};

	try(crash_guard_read(guard, id, &verdict));
	if (verdict.kind != CRASH_GUARD_TRIAL)
		return NULL;
	if (!at_once && verdict.left > 0) {
		if (!*left || verdict.left < *left)
			*left = verdict.left;
		return NULL;
	}
	try(crash_guard_end(guard, id));
	json_append_text(done, id);
	return NULL;
}

struct error *crash_guard_confirm(
	const struct crash_guard *guard, bool at_once, struct json_t *done, double *left)
{
	struct error *error = NULL;
	double least = 0;
	DIR *directory = opendir(guard->folder);

	if (!directory && errno != ENOENT)
		return error_errno("%s", guard->folder);
	for (struct dirent *entry; directory && !error && (entry = readdir(directory));) {
		if (entry->d_name[0] != '.' && !text_has_suffix(entry->d_name, ".new"))
			error = crash_guard_confirm_one(
				guard, entry->d_name, at_once, done, &least);
	}
	if (directory)
		closedir(directory);
	if (!error)
		*left = least;
	return error;
}
