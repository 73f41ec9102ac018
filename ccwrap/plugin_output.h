/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin_output.h - the file that the plugin writes to
 *
 * It is a file in memory, which the plugin opens through /proc. So nothing is left behind
 * when one of the processes is killed, and no folder has to be writable.
 */
#ifndef KSPLICE_CCWRAP_PLUGIN_OUTPUT_H
#define KSPLICE_CCWRAP_PLUGIN_OUTPUT_H

#include <stdbool.h>

struct error;
struct text;

/* Initialise with .fd = -1; release with plugin_output_deinit. */
struct plugin_output {
	int fd;
	char path[64]; /* valid while this process lives */
};

struct error *plugin_output_create(struct plugin_output *output);

/* True if a plugin was loaded and has begun to write. */
bool plugin_output_is_started(const struct plugin_output *output);

/*
 * The reason that the plugin wrote because there is no complete output:
 * KSPLICE_UNIT_NOT_C, a reason of record_reason.h, or NULL.
 */
const char *plugin_output_get_reason(const struct plugin_output *output);

/*
 * Adds the unit's JSON object, without the newline behind it. False if it is not
 * complete.
 */
bool plugin_output_read(const struct plugin_output *output, struct text *text);

void plugin_output_deinit(struct plugin_output *output);

#define scope_plugin_output __attribute__((cleanup(plugin_output_deinit)))

#endif
