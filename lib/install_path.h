/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * install_path.h - finds the files that were installed with the tools
 */
#ifndef KSPLICE_LIB_INSTALL_PATH_H
#define KSPLICE_LIB_INSTALL_PATH_H

/*
 * The path of name in the library folder: $KSPLICE_LIBDIR, else ../lib/ksplice, seen from
 * the folder of the running program. The caller frees it; the file need not exist.
 */
char *install_path_find(const char *name);

/* The path of name in the folder of the running program; the caller frees it. */
char *install_path_find_program(const char *name);

#endif
