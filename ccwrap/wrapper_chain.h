/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrapper_chain.h - the programs that wrappers above this one have run
 *
 * Two ksplice-cc under a compiler's name on PATH, or a script of that name that runs
 * ksplice-cc, find each other as "the next compiler". Each wrapper adds what it runs to a
 * variable of the environment, and skips what it finds there often.
 */
#ifndef KSPLICE_CCWRAP_WRAPPER_CHAIN_H
#define KSPLICE_CCWRAP_WRAPPER_CHAIN_H

#include <stdbool.h>

struct stat;

/* True if the file is this program, or runs in circles with it. */
bool wrapper_chain_has(const struct stat *file);

/* Adds a program that is about to be run. NULL is fine. */
void wrapper_chain_add(const char *program);

#endif
