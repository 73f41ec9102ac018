// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/unit_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/error.h"
#include "lib/record_reason.h"
#include "lib/text.h"

/* Longer than any reason, with what stands around it. */
#define UNIT_FILE_REASON 64

struct error *unit_file_create(struct unit_file *unit)
{
	int fd = memfd_create("ksplice-unit", MFD_CLOEXEC);
	if (fd < 0)
		return error_errno("memory file");
	unit->fd = fd;
	snprintf(unit->path, sizeof(unit->path), "/proc/%ld/fd/%d", (long)getpid(), fd);
	return NULL;
}

static size_t unit_file_measure(const struct unit_file *unit)
{
	struct stat status;
	return fstat(unit->fd, &status) ? 0 : (size_t)status.st_size;
}

bool unit_file_is_started(const struct unit_file *unit)
{
	char first;
	return pread(unit->fd, &first, 1, 0) == 1 && first != KSPLICE_UNIT_REASON;
}

const char *unit_file_get_reason(const struct unit_file *unit)
{
	char ending[UNIT_FILE_REASON + 1];
	size_t size = unit_file_measure(unit);
	off_t start = size > UNIT_FILE_REASON ? (off_t)(size - UNIT_FILE_REASON) : 0;
	ssize_t length = pread(unit->fd, ending, UNIT_FILE_REASON, start);
	if (length < 2 || ending[--length] != '\n')
		return NULL;
	ending[length] = '\0';
	const char *mark = strrchr(ending, KSPLICE_UNIT_REASON);
	if (mark && strcmp(mark + 1, KSPLICE_UNIT_NOT_C) == 0)
		return KSPLICE_UNIT_NOT_C;
	return mark ? record_reason_find(mark + 1, strlen(mark + 1)) : NULL;
}

bool unit_file_read(const struct unit_file *unit, struct text *text)
{
	static const char ending[] = {'}', '\n'};
	size_t size = unit_file_measure(unit);
	if (size < sizeof(ending))
		return false;
	char *data = mmap(NULL, size, PROT_READ, MAP_SHARED, unit->fd, 0);
	if (data == MAP_FAILED)
		return false;
	bool is_complete = data[0] == '{' && data[size - 2] == ending[0] &&
			   data[size - 1] == ending[1];
	if (is_complete)
		text_add_range(text, data, size - 1);
	munmap(data, size);
	return is_complete;
}

void unit_file_deinit(struct unit_file *unit)
{
	if (unit->fd >= 0)
		close(unit->fd);
	unit->fd = -1;
}
