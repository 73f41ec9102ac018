// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/core_device.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

#define DEVICE_PATH "/dev/" KSPLICE_DEVICE_NAME

enum { OPEN_TRIES = 50, OPEN_WAIT_NS = 100 * 1000 * 1000 };

struct error *core_device_open(int *device)
{
	const struct timespec wait = {.tv_nsec = OPEN_WAIT_NS};
	int fd = -1;

	for (int i = 0; i < OPEN_TRIES && !process_interruption(); i++) {
		fd = open(DEVICE_PATH, O_RDWR | O_CLOEXEC);
		if (fd >= 0 || errno != EBUSY)
			break;
		nanosleep(&wait, NULL);
	}
	if (fd >= 0) {
		*device = fd;
		return NULL;
	}
	if (errno == EBUSY)
		return error_failed(DEVICE_PATH ": another ksplice-apply is at work");
	struct error *error = error_errno(DEVICE_PATH);
	if (errno == ENOENT)
		error = error_hint(error, "mount devtmpfs on /dev");
	return error;
}

char *core_device_read_reason(int device)
{
	char lines[8192];
	ssize_t size = pread(device, lines, sizeof(lines) - 1, 0);
	scope_text struct text reason = {0};

	lines[size > 0 ? size : 0] = '\0';
	char *rest = NULL;
	for (char *line = strtok_r(lines, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		text_add_format(&reason, "%s%s", reason.size ? "; " : "", line);
	return memory_copy_text(reason.size ? reason.data : "");
}

struct error *core_device_prepare(int device, const struct text *symbols)
{
	ssize_t written = write(device, symbols->data, symbols->size);
	if (written == (ssize_t)symbols->size)
		return NULL;
	struct error *error = error_errno(DEVICE_PATH);
	scope_free char *reason = core_device_read_reason(device);
	if (!*reason)
		return error;
	error_free(error);
	return error_refused("symbols", "%s", reason);
}
