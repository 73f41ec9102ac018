// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/install_path.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"

/* The running program's folder. */
static char *install_path_get_programs(void)
{
	char program[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[size < 0 ? 0 : size] = '\0';
	return file_parent(program);
}

char *install_path_find(const char *name)
{
	const char *folder = getenv(KSPLICE_ENV_LIBDIR);
	if (folder && *folder)
		return file_join(folder, name);
	scope_free char *programs = install_path_get_programs();
	scope_free char *relative = memory_format("../lib/ksplice/%s", name);
	return file_normalize(programs, relative);
}

char *install_path_find_program(const char *name)
{
	scope_free char *programs = install_path_get_programs();
	return file_join(programs, name);
}
