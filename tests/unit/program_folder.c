// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/program_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"

char *program_folder_add(const char *folder, const char *name, const char *script)
{
	char *path = file_join(folder, name);
	scope_free char *text = memory_format("#!/bin/sh\n%s\n", script);
	scope_error struct error *error = file_write(path, text, strlen(text));
	if (error || chmod(path, 0755)) {
		fprintf(stderr, "%s: cannot be written\n", path);
		exit(1);
	}
	return path;
}

char *program_folder_link(const char *folder, const char *name, const char *target)
{
	char *path = file_join(folder, name);
	scope_error struct error *error = file_make_parent(path);
	if (error || symlink(target, path)) {
		fprintf(stderr, "%s: cannot be made\n", path);
		exit(1);
	}
	return path;
}
