/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recompile.h - a second compile, only for the plugin's output
 *
 * The plugin was not run if a compiler cache had the object or another machine compiled
 * it. A command with several sources is run without it. Then the command is run again,
 * here and for one source. Its object is thrown away; it only shows that the second
 * compile makes the same object as the first.
 */
#ifndef KSPLICE_CCWRAP_RECOMPILE_H
#define KSPLICE_CCWRAP_RECOMPILE_H

struct error;
struct plugin_output;
struct wrapper_call;

/*
 * Runs the command with the plugin (its path), which fills output. The object is written
 * to the path object; other files, such as dependencies, are not written.
 */
struct error *recompile_run(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct plugin_output *output);

/*
 * As above, to a temporary file, which must be the same as object, the delivered one.
 * NULL, or why there is no output: a constant name.
 */
const char *recompile_check(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct plugin_output *output);

#endif
