// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file_stamp.h"

#include <sys/stat.h>

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
