// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/unit_file.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/error.h"
#include "lib/text.h"

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
	return unit_file_measure(unit) > 0;
}

bool unit_file_is_crashed(const struct unit_file *unit)
{
	char ending[sizeof(KSPLICE_UNIT_CRASHED) - 1];
	off_t start = (off_t)unit_file_measure(unit) - (off_t)sizeof(ending);
	return start >= 0 &&
	       pread(unit->fd, ending, sizeof(ending), start) == sizeof(ending) &&
	       memcmp(ending, KSPLICE_UNIT_CRASHED, sizeof(ending)) == 0;
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
