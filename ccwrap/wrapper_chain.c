// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/wrapper_chain.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/memory.h"
#include "lib/text.h"

/* A compiler may run itself through a wrapper once (lto-wrapper does). A program that is
 * in the chain twice would be run forever. */
#define CHAIN_MOST 2

static char *chain_name(const struct stat *file)
{
	return memory_format("%llx:%llx ", (unsigned long long)file->st_dev,
		(unsigned long long)file->st_ino);
}

/* Compares inodes, so that symbolic and hard links are found. */
static bool chain_is_self(const struct stat *file)
{
	struct stat self;
	return stat("/proc/self/exe", &self) == 0 && self.st_dev == file->st_dev &&
	       self.st_ino == file->st_ino;
}

bool wrapper_chain_has(const struct stat *file)
{
	const char *chain = getenv(KSPLICE_ENV_CHAIN);
	if (chain_is_self(file))
		return true;
	if (!chain)
		return false;
	scope_free char *name = chain_name(file);
	unsigned count = 0;
	for (const char *part = chain; *part; part += strcspn(part, " ")) {
		part += strspn(part, " ");
		count += text_has_prefix(part, name);
	}
	return count >= CHAIN_MOST;
}

void wrapper_chain_add(const char *program)
{
	struct stat file;
	if (!program || stat(program, &file))
		return;
	const char *chain = getenv(KSPLICE_ENV_CHAIN);
	scope_free char *name = chain_name(&file);
	scope_free char *longer = memory_format("%s%s", chain ? chain : "", name);
	setenv(KSPLICE_ENV_CHAIN, longer, 1);
}
