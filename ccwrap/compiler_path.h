/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_path.h - finds programs, but never ksplice-cc itself
 */
#ifndef KSPLICE_CCWRAP_COMPILER_PATH_H
#define KSPLICE_CCWRAP_COMPILER_PATH_H

#include <stdbool.h>

/* What ksplice-cc is called. */
#define WRAPPER_NAME "ksplice-cc"

/*
 * The program that a shell would run for name, skipping ksplice-cc under whatever
 * name it stands on PATH; as an absolute path, symbolic links not resolved. NULL if
 * there is none. The caller frees it. Unless skipped is NULL, *skipped becomes true if
 * a shell would have run something else.
 */
char *compiler_path_find(const char *name, bool *skipped);

/*
 * As above, and also skipping compiler caches and distributors that stand on PATH
 * under a compiler's name. Symbolic links are resolved where they lead to a compiler by
 * its name; any other program may be one that acts by the name that it is called by.
 */
char *compiler_path_find_real(const char *name);

/* How a program that runs compilers for others may get an object. */
enum launcher_kind {
	LAUNCHER_NONE,    /* it is no such program */
	LAUNCHER_CACHE,   /* from a compile that was here before: ccache */
	LAUNCHER_NETWORK, /* from another machine: distcc */
};

/* By the program's name or path. */
enum launcher_kind compiler_path_get_launcher(const char *path);

#endif
