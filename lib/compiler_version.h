/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compiler_version.h - which GCC it is, by its number
 */
#ifndef KSPLICE_LIB_COMPILER_VERSION_H
#define KSPLICE_LIB_COMPILER_VERSION_H

/*
 * The major version of a GCC (12), as it says itself: what --version prints in front of
 * and behind the number is the distribution's. compiler: a program. 0 if it does not say.
 */
int compiler_version_ask(const char *compiler);

#endif
