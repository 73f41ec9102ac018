/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recorded_compile.h - compiles C sources and records the objects
 *
 * The functions end this process as the compiler ends.
 */
#ifndef KSPLICE_CCWRAP_RECORDED_COMPILE_H
#define KSPLICE_CCWRAP_RECORDED_COMPILE_H

struct compile_command;
struct record_path;
struct wrapper_call;

/*
 * One source to one object, by the compiler with the plugin. Where the plugin does not
 * work, the compiler runs without it.
 */
void recorded_compile_run(const struct wrapper_call *call,
	const struct compile_command *command, const struct record_path *path)
	__attribute__((noreturn));

/*
 * Several sources, each to its object. One compiler makes all objects, so that its
 * messages keep their order. Then each C source is compiled again alone for its record.
 */
void recorded_compile_run_several(const struct wrapper_call *call,
	const struct compile_command *command) __attribute__((noreturn));

#endif
