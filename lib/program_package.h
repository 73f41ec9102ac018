/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_package.h - which package to install for a program that is missing
 */
#ifndef KSPLICE_LIB_PROGRAM_PACKAGE_H
#define KSPLICE_LIB_PROGRAM_PACKAGE_H

/* The name of Debian's package, a constant text; NULL if it is not known. */
const char *program_package_find(const char *program);

#endif
