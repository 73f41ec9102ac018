// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compiler_path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ccwrap/wrapper_chain.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What execvp uses if PATH is not set (see confstr). */
#define COMPILER_PATH_DEFAULT "/bin:/usr/bin"

static const struct compiler_launcher {
	const char *name;
	enum launcher_kind kind;
} compiler_launchers[] = {
	{"ccache", LAUNCHER_CACHE},
	{"sccache", LAUNCHER_NETWORK}, /* as sccache-dist */
	{"buildcache", LAUNCHER_CACHE},
	{"distcc", LAUNCHER_NETWORK},
	{"icecc", LAUNCHER_NETWORK},
};

enum launcher_kind compiler_path_get_launcher(const char *path)
{
	const char *name = file_name(path);
	size_t count = sizeof(compiler_launchers) / sizeof(compiler_launchers[0]);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(compiler_launchers[i].name, name) == 0)
			return compiler_launchers[i].kind;
	}
	return LAUNCHER_NONE;
}

bool compiler_path_is_compiler(const char *path)
{
	const char *name = file_name(path);
	return strstr(name, "gcc") || strstr(name, "g++") || strstr(name, "clang") ||
	       strcmp(name, "cc") == 0;
}

static bool compiler_path_is_program(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       access(path, X_OK) == 0 && !wrapper_chain_has(&status);
}

/* To a compiler cache, a distributor, or another ksplice-cc under a compiler's name. */
static bool compiler_path_leads_to_launcher(const char *path)
{
	scope_free char *resolved = realpath(path, NULL);
	return resolved && (compiler_path_get_launcher(resolved) != LAUNCHER_NONE ||
				   text_has_prefix(file_name(resolved), WRAPPER_NAME));
}

/*
 * Where on PATH the first file with a name is, for one name: the same name is searched
 * several times, and PATH may be long.
 */
static struct {
	const char *path; /* the rest of PATH from that folder on; NULL: not known */
	char *name;
} compiler_path_first;

static void compiler_path_note_first(const char *name, const char *path)
{
	free(compiler_path_first.name);
	compiler_path_first.name = memory_copy_text(name);
	compiler_path_first.path = path;
}

static bool compiler_path_is_noted(const char *name)
{
	return compiler_path_first.path && strcmp(compiler_path_first.name, name) == 0;
}

static char *compiler_path_search(const char *name, bool skip_launchers, bool *skipped)
{
	if (strchr(name, '/')) {
		scope_free char *here = getcwd(NULL, 0);
		return here && compiler_path_is_program(name) ? file_join(here, name)
							      : NULL;
	}
	const char *path = getenv("PATH");
	if (!path)
		path = COMPILER_PATH_DEFAULT;
	if (compiler_path_is_noted(name))
		path = compiler_path_first.path;
	while (true) {
		size_t length = strcspn(path, ":");
		scope_free char *folder =
			length ? memory_copy_range(path, length) : getcwd(NULL, 0);
		scope_free char *candidate = file_join(folder ? folder : ".", name);
		if (file_exists(candidate)) {
			if (!compiler_path_is_noted(name))
				compiler_path_note_first(name, path);
			if (compiler_path_is_program(candidate) &&
				!(skip_launchers &&
					compiler_path_leads_to_launcher(candidate)))
				return take_pointer(candidate);
			*skipped = true;
		}
		if (!path[length])
			return NULL;
		path += length + 1;
	}
}

char *compiler_path_find(const char *name, bool *skipped)
{
	bool ignored = false;
	return compiler_path_search(name, false, skipped ? skipped : &ignored);
}

char *compiler_path_find_real(const char *name)
{
	bool skipped = false;
	scope_free char *found = compiler_path_search(name, true, &skipped);
	scope_free char *resolved = found ? realpath(found, NULL) : NULL;
	bool is_compiler = resolved && compiler_path_is_compiler(resolved);
	return is_compiler ? take_pointer(resolved) : take_pointer(found);
}
