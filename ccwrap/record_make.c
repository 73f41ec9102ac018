// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/record_make.h"

#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "ccwrap/compiler_identity.h"
#include "ccwrap/compiler_run.h"
#include "ccwrap/output_store.h"
#include "ccwrap/plugin_output.h"
#include "ccwrap/recompile.h"
#include "ccwrap/record_path.h"
#include "ccwrap/wrapper_call.h"
#include "lib/error.h"
#include "lib/file_stamp.h"
#include "lib/text.h"

#define RECORD_MAKE_RETRIES 4
#define RECORD_MAKE_PAUSE 20000 /* microseconds */

uint64_t record_make_get_time(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return file_stamp_to_nanoseconds(&now);
}

struct record record_make_start(const struct wrapper_call *call,
	const struct record_path *path, const char *object, const char *source,
	const struct compiler_identity *identity)
{
	return (struct record){
		.path = path,
		.call = call,
		.object = object,
		.source = source,
		.version = identity->version,
		.started = record_make_get_time(),
	};
}

/* Gets what the plugin wrote about the object. NULL, or why there is nothing. */
static const char *record_make_find_unit(const struct record *record,
	const struct plugin_output *output, const char *plugin, struct text *unit,
	const char **origin)
{
	const struct wrapper_call *call = record->call;
	bool is_cached = call->launcher == LAUNCHER_CACHE;
	const char *object = record->object;
	const char *reason = plugin_output_get_reason(output);
	*origin = "by the plugin";
	if (!reason && !plugin_output_is_started(output)) {
		*origin = "from the store of the plugin's output";
		if (is_cached && output_store_find(call, plugin, object, unit))
			return NULL;
		*origin = "by a second compile";
		compiler_run_more();
		reason = recompile_check(call, plugin, object, output);
	}
	if (!reason)
		reason = plugin_output_get_reason(output);
	if (reason)
		return reason;
	if (!plugin_output_read(output, unit))
		return plugin_output_is_started(output) ? "unit-incomplete"
							: "plugin-silent";
	if (is_cached)
		output_store_add(call, plugin, object, unit, record->started);
	return NULL;
}

const char *record_make(const struct record *record, const struct plugin_output *output,
	struct compiler_identity *identity, const char **origin)
{
	scope_text struct text unit = {0};
	const char *reason =
		record_make_find_unit(record, output, identity->plugin, &unit, origin);
	if (reason)
		return reason;
	struct record complete = *record;
	complete.unit = &unit;
	/* Another build in this tree may be writing the same object. */
	reason = "record-not-written";
	for (int i = 0; reason && i <= RECORD_MAKE_RETRIES; i++) {
		if (i)
			usleep(RECORD_MAKE_PAUSE);
		scope_error struct error *error = record_write(&complete);
		if (!error)
			reason = NULL;
	}
	if (!reason)
		compiler_identity_keep(
			identity, record->call->real, record->path->folder);
	return reason;
}
