// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/install_path.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"

char *install_path_find(const char *name)
{
	const char *folder = getenv(KSPLICE_ENV_LIBDIR);
	if (folder && *folder)
		return file_join(folder, name);
	char program[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[size < 0 ? 0 : size] = '\0';
	scope_free char *programs = file_parent(program);
	scope_free char *relative = memory_format("../lib/ksplice/%s", name);
	return file_normalize(programs, relative);
}
