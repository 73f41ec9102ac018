/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrapper_chain.h - the programs that wrappers above this one have run
 *
 * Two copies of ksplice-cc that are on PATH under a compiler's name, or a script of that
 * name that runs ksplice-cc, would run each other forever. Each wrapper adds the program
 * that it runs to an environment variable, and skips a program that is there repeatedly.
 */
#ifndef KSPLICE_CCWRAP_WRAPPER_CHAIN_H
#define KSPLICE_CCWRAP_WRAPPER_CHAIN_H

#include <stdbool.h>

struct stat;

/* True if the file is this program, or one that runs it in a circle. */
bool wrapper_chain_has(const struct stat *file);

/* Adds a program that is about to be run. NULL is fine. */
void wrapper_chain_add(const char *program);

#endif
