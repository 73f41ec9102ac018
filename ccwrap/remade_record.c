// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/remade_record.h"

#include <stdlib.h>

#include "abi/record.h"
#include "ccwrap/compile_command.h"
#include "ccwrap/compiler_identity.h"
#include "ccwrap/plugin_output.h"
#include "ccwrap/recompile.h"
#include "ccwrap/record_make.h"
#include "ccwrap/record_path.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/record_reason.h"
#include "lib/text.h"

static struct error *remade_record_compile(const struct wrapper_call *call,
	struct record_path *path, const char *source, const char *folder,
	struct compiler_identity *identity)
{
	scope_plugin_output struct plugin_output output = {.fd = -1};
	scope_text struct text unit = {0};
	scope_free char *object = file_join(folder, KSPLICE_REMADE_OBJECT);
	compiler_identity_read(identity, call->real, path->folder);
	if (identity->reason)
		return error_failed("%s: %s", identity->reason,
			record_reason_explain(identity->reason));
	try(plugin_output_create(&output));
	struct record record = record_make_start(call, path, object, source, identity);
	record.unit = &unit;
	try(recompile_run(call, identity->plugin, object, &output));
	const char *reason = plugin_output_get_reason(&output);
	if (reason || !plugin_output_read(&output, &unit))
		return error_failed("the plugin wrote nothing%s%s", reason ? ": " : "",
			reason ? record_reason_explain(reason) : "");
	free(path->file);
	path->file = file_join(folder, KSPLICE_REMADE_RECORD);
	return record_write(&record);
}

struct error *remade_record_make(const struct wrapper_call *call,
	const struct compile_command *command, const char *folder)
{
	struct record_path path = {0};
	struct compiler_identity identity = {0};
	if (command->kind != COMPILE_OBJECT || !call->real)
		return error_failed(
			"the command does not compile one C source to an object");
	const struct compile_source *source = command->sources;
	scope_free char *object = compile_command_get_object(command, source);
	if (record_path_find(&path, object))
		return error_failed("%s: the working folder was removed", object);
	struct error *error =
		remade_record_compile(call, &path, source->path, folder, &identity);
	if (error)
		error = error_prefix(error, "%s", path.object);
	compiler_identity_deinit(&identity);
	record_path_deinit(&path);
	return error;
}
