/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shadow_list.h - what ksplice-create says to the library that runs in its compilers
 *
 * ksplice-create compiles a patched source under the path of the original. The library
 * is preloaded into the compiler and opens the patched file instead (shadow/file_open.c).
 */
#ifndef KSPLICE_ABI_SHADOW_LIST_H
#define KSPLICE_ABI_SHADOW_LIST_H

/* In the library folder. */
#define KSPLICE_SHADOW_LIBRARY "shadow.so"

/*
 * In the environment: path of the list of shadowed files. The list holds pairs of
 * absolute paths, the original and the file to open instead; each path ends with a NUL.
 * Where there is no original, its path leads to the other file. Where there is no other
 * file, the original is not found. Unset or empty: all files are opened as they are.
 */
#define KSPLICE_ENV_SHADOW "KSPLICE_SHADOW"

/*
 * In the environment: path of the file to which the library adds the original's path and
 * a NUL each time it opened the other file; and the name of each program that it runs in.
 */
#define KSPLICE_ENV_SHADOW_LOG "KSPLICE_SHADOW_LOG"

#endif
