/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_version.h - the version number of a GCC
 */
#ifndef KSPLICE_LIB_COMPILER_VERSION_H
#define KSPLICE_LIB_COMPILER_VERSION_H

/*
 * The major version of a GCC (12), as -dumpversion prints it; the output of --version
 * differs between distributions. compiler: a program. 0 if it prints no number.
 */
int compiler_version_ask(const char *compiler);

#endif
