// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/core_device.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "abi/control.h"
#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

#define DEVICE_PATH "/dev/" KSPLICE_DEVICE_NAME

/* A load takes less than a second, but others may be waiting, too. */
enum { PUBLISH_TRIES = 100, PUBLISH_WAIT_NS = 100 * 1000 * 1000 };

struct error *core_device_open(int *device)
{
	int fd = open(DEVICE_PATH, O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		*device = fd;
		return NULL;
	}
	bool is_missing = errno == ENOENT;
	struct error *error = error_errno(DEVICE_PATH);
	if (is_missing)
		error = error_hint(error, "mount devtmpfs on /dev");
	return error;
}

/*
 * The lock of an update is a byte of the device's file, far beyond what anybody reads; so
 * only root can take it, and it goes with the process. Where two updates have the same
 * byte, one waits for the other in vain; nothing worse.
 */
static off_t core_device_lock_place(const char *id)
{
	uint64_t place = digest_of(id, strlen(id)).low;
	return (off_t)(place >> 2);
}

struct error *core_device_lock(const char *id, int *lock)
{
	scope_close int fd = -1;
	struct flock area = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = core_device_lock_place(id),
		.l_len = 1,
	};
	try(core_device_open(&fd));
	if (fcntl(fd, F_OFD_SETLK, &area)) {
		if (errno != EAGAIN && errno != EACCES)
			return error_errno(DEVICE_PATH);
		return error_hint(error_busy("another-program",
					  "%s: another program is applying or undoing "
					  "it just now; nothing was changed",
					  id),
			"wait until that is over; ksplice-view shows what came of it");
	}
	*lock = fd;
	fd = -1;
	return NULL;
}

char *core_device_read_reason(int device)
{
	char lines[1024];
	scope_text struct text reason = {0};
	ssize_t size;

	while ((size = pread(device, lines, sizeof(lines), (off_t)reason.size)) > 0)
		text_add_range(&reason, lines, (size_t)size);
	scope_free char *all =
		memory_copy_range(reason.size ? reason.data : "", reason.size);
	scope_text struct text joined = {0};
	char *rest = NULL;
	for (char *line = strtok_r(all, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		text_add_format(&joined, "%s%s", joined.size ? "; " : "", line);
	return memory_copy_text(joined.size ? joined.data : "");
}

/* 0 or an errno. */
static int core_device_write(int device, const struct text *symbols)
{
	ssize_t written = write(device, symbols->data, symbols->size);
	if (written == (ssize_t)symbols->size)
		return 0;
	return written < 0 ? errno : EIO;
}

struct error *core_device_publish(int device, const struct text *symbols)
{
	const struct timespec wait = {.tv_nsec = PUBLISH_WAIT_NS};
	int number = core_device_write(device, symbols);

	for (int i = 0; i < PUBLISH_TRIES && number == EBUSY && !process_interruption();
		i++) {
		nanosleep(&wait, NULL);
		number = core_device_write(device, symbols);
	}
	if (!number)
		return NULL;
	scope_free char *reason = core_device_read_reason(device);
	if (number == EBUSY)
		return error_failed("another update is being loaded: %s", reason);
	if (*reason)
		return error_refused("symbols", "%s", reason);
	return error_failed(DEVICE_PATH ": %s", strerror(number));
}

int core_device_change(int device, const char *id, uint32_t verb, uint32_t options)
{
	struct ksplice_control_change change = {.verb = verb, .options = options};
	size_t size = strlen(id);

	if (size >= sizeof(change.id))
		return ENOENT;
	memcpy(change.id, id, size);
	return ioctl(device, KSPLICE_IOCTL_CHANGE, &change) ? errno : 0;
}

struct error *core_device_announce(const char *id, const struct text *parts)
{
	struct ksplice_control_announce announce = {
		.parts = (uintptr_t)parts->data,
		.part_count = (uint32_t)(parts->size / sizeof(struct ksplice_target)),
	};
	scope_close int device = -1;

	memcpy(announce.id, id, strnlen(id, sizeof(announce.id)));
	try(core_device_open(&device));
	if (!ioctl(device, KSPLICE_IOCTL_ANNOUNCE, &announce))
		return NULL;
	struct error *error = error_errno(DEVICE_PATH);
	scope_free char *reason = core_device_read_reason(device);
	if (!*reason)
		return error;
	error_free(error);
	return error_refused("announce", "%s", reason);
}

struct error *core_device_forget(const char *id)
{
	scope_close int device = -1;

	try(core_device_open(&device));
	int number = core_device_change(device, id, KSPLICE_CONTROL_FORGET, 0);
	if (!number || number == ENOENT)
		return NULL;
	scope_free char *reason = core_device_read_reason(device);
	return error_failed("%s", *reason ? reason : strerror(number));
}
