// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file_stamp.h"

#include <sys/stat.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/memory.h"

char *file_stamp_from_status(const struct stat *status)
{
	return memory_format("%lld.%09ld %lld", (long long)status->st_mtim.tv_sec,
		status->st_mtim.tv_nsec, (long long)status->st_size);
}

char *file_stamp_read(const char *path)
{
	struct stat status;
	return stat(path, &status) ? memory_copy_text("")
				   : file_stamp_from_status(&status);
}

char *file_stamp_read_unique(const char *path)
{
	struct stat status;
	if (stat(path, &status))
		return memory_copy_text("");
	scope_free char *stamp = file_stamp_from_status(&status);
	return memory_format("%s %llu", stamp, (unsigned long long)status.st_ino);
}

uint64_t file_stamp_to_nanoseconds(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}
