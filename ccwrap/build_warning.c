// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/build_warning.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/record_reason.h"
#include "lib/text.h"

/* More levels of processes than any build has. */
#define BUILD_DEPTH 128

/* How many builds are remembered. More builds at one time are warned repeatedly. */
#define BUILD_COUNT 64

static const char *const build_programs[] = {
	"make",
	"gmake",
	"remake",
	"ninja",
	"samu",
};

/* Identifies a process for ever, although process numbers are used again. */
struct build_process {
	long number;
	unsigned long long started; /* in clock ticks since boot */
};

struct build_status {
	struct build_process process;
	long parent;
	char name[32];
};

/* Reads /proc/<number>/stat, see proc(5). The name in parentheses may contain anything.
 */
static bool build_read_status(long number, struct build_status *status)
{
	scope_free char *path = memory_format("/proc/%ld/stat", number);
	scope_text struct text text = {0};
	scope_error struct error *error = file_read(path, &text);
	if (error)
		return false;
	const char *name = strchr(text.data, '(');
	const char *rest = strrchr(text.data, ')');
	if (!name || !rest)
		return false;
	snprintf(status->name, sizeof(status->name), "%.*s", (int)(rest - name - 1),
		name + 1);
	status->process.number = number;
	return sscanf(rest + 1,
		       " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
		       "%*d %*d %*d %*d %llu",
		       &status->parent, &status->process.started) == 2;
}

static bool build_is_program(const char *name)
{
	size_t count = sizeof(build_programs) / sizeof(build_programs[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(build_programs[i], name) == 0)
			return true;
	}
	return false;
}

/* The process that stands for this build. */
static struct build_process build_find(void)
{
	struct build_status status = {0};
	struct build_process found = {0};
	long number = getppid();
	for (int i = 0; i < BUILD_DEPTH && number > 1; i++) {
		if (!build_read_status(number, &status))
			break;
		if (build_is_program(status.name))
			found = status.process;
		number = status.parent;
	}
	if (found.number)
		return found;
	found.number = getpgrp();
	if (build_read_status(found.number, &status))
		found = status.process;
	return found;
}

static int build_open_memory(void)
{
	const char *folder = getenv("TMPDIR");
	scope_free char *path = memory_format("%s/ksplice-warned-%u",
		folder && *folder ? folder : "/tmp", (unsigned)getuid());
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat status;
	if (fd < 0)
		return -1;
	/* Another user may have made a file of that name. */
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != getuid() ||
		flock(fd, LOCK_EX)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Remembers the build. True if it was remembered already. */
static bool build_remember(struct build_process build)
{
	struct build_process known[BUILD_COUNT];
	scope_close int fd = build_open_memory();
	if (fd < 0)
		return false;
	ssize_t size = pread(fd, known, sizeof(known), 0);
	size_t count = size > 0 ? (size_t)size / sizeof(known[0]) : 0;
	for (size_t i = 0; i < count; i++) {
		if (known[i].number == build.number && known[i].started == build.started)
			return true;
	}
	if (count == BUILD_COUNT) {
		count--;
		memmove(known, known + 1, count * sizeof(known[0]));
	}
	known[count++] = build;
	(void)!pwrite(fd, known, count * sizeof(known[0]), 0);
	return false;
}

void build_warning_give(const char *object, const char *reason)
{
	if (build_remember(build_find()))
		return;
	fprintf(stderr,
		"ksplice-cc: warning: %s is not recorded: %s (%s). The build goes on; "
		"\"ksplice-index --check\" lists all such objects.\n",
		object, record_reason_explain(reason), reason);
}
