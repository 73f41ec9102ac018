/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * local_unit.h - a compile only for what the plugin has to say
 *
 * A compiler cache that has the object already, a machine far away that compiles it
 * without our plugin, or one command for several sources leave nothing to record. Then
 * the same command is run once more, here and for one source, for a unit and an object
 * that only proves that it is the same.
 */
#ifndef KSPLICE_CCWRAP_LOCAL_UNIT_H
#define KSPLICE_CCWRAP_LOCAL_UNIT_H

struct error;
struct unit_file;
struct wrapper_call;

/*
 * Runs the command with the plugin, which fills unit; the object goes to that path, and
 * no file is written beside it.
 */
struct error *local_unit_compile(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct unit_file *unit);

/*
 * Fills unit. plugin: the plugin's path. object: what was delivered. NULL, or why
 * there is no unit: a constant name.
 */
const char *local_unit_make(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct unit_file *unit);

#endif
