/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_path.h - finds programs, but never ksplice-cc itself
 */
#ifndef KSPLICE_CCWRAP_COMPILER_PATH_H
#define KSPLICE_CCWRAP_COMPILER_PATH_H

#include <stdbool.h>

/* The program's own name. */
#define WRAPPER_NAME "ksplice-cc"

/*
 * The program that a shell would run for name, without ksplice-cc, whatever it is called
 * on PATH. An absolute path; symbolic links are not resolved. NULL if there is none. The
 * caller frees it. Unless skipped is NULL, *skipped becomes true if a shell would have
 * run another program.
 */
char *compiler_path_find(const char *name, bool *skipped);

/*
 * As above, and without compiler caches and distributors that are on PATH under a
 * compiler's name. Symbolic links are resolved if they lead to a file with a compiler's
 * name; another program may depend on the name that it is called by.
 */
char *compiler_path_find_real(const char *name);

/* True if programs of that name (a path is fine) are compilers: gcc-12, clang, cc. */
bool compiler_path_is_compiler(const char *path);

/* Where a program that runs compilers may get an object from. */
enum launcher_kind {
	LAUNCHER_NONE,    /* it is not such a program */
	LAUNCHER_CACHE,   /* from an earlier compile: ccache */
	LAUNCHER_NETWORK, /* from another machine: distcc */
};

/* By the program's name or path. */
enum launcher_kind compiler_path_get_launcher(const char *path);

#endif
