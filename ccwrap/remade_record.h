/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remade_record.h - makes the record of an object that exists already
 *
 * For "ksplice-index --record", where the build ran without ksplice-cc or a compiler
 * cache bypassed it.
 */
#ifndef KSPLICE_CCWRAP_REMADE_RECORD_H
#define KSPLICE_CCWRAP_REMADE_RECORD_H

struct compile_command;
struct error;
struct wrapper_call;

/*
 * Compiles the command again, to KSPLICE_REMADE_OBJECT in folder, and writes the record
 * to KSPLICE_REMADE_RECORD beside it. The caller compares the two objects: only it knows
 * what else the build did to the object.
 */
struct error *remade_record_make(const struct wrapper_call *call,
	const struct compile_command *command, const char *folder);

#endif
