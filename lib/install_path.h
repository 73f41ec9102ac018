/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * install_path.h - where the files that were installed with the tools are
 */
#ifndef KSPLICE_LIB_INSTALL_PATH_H
#define KSPLICE_LIB_INSTALL_PATH_H

/*
 * The path of name in the library folder: $KSPLICE_LIBDIR, else ../lib/ksplice
 * beside the running program's folder. The caller frees it; it need not exist.
 */
char *install_path_find(const char *name);

/* The path of another of our programs, beside the running one; the caller frees it. */
char *install_path_find_program(const char *name);

#endif
