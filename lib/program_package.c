// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/program_package.h"

#include <stddef.h>
#include <string.h>

/* The programs that the tools look up on PATH. */
static const struct program_package {
	const char *program;
	const char *package;
} program_packages[] = {
	{"diff", "diffutils"},
	{"gcc", "gcc"},
	{"ld", "binutils"},
	{"make", "make"},
	{"modprobe", "kmod"},
	{"objcopy", "binutils"},
	{"patch", "patch"},
	{"sh", "dash"},
	{"tar", "tar"},
};

const char *program_package_find(const char *program)
{
	size_t count = sizeof(program_packages) / sizeof(program_packages[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(program_packages[i].program, program) == 0)
			return program_packages[i].package;
	}
	return NULL;
}
