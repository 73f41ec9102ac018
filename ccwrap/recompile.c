// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/recompile.h"

#include <stdlib.h>

#include "abi/record.h"
#include "ccwrap/compiler_option.h"
#include "ccwrap/object_compare.h"
#include "ccwrap/plugin_output.h"
#include "ccwrap/wrapper_call.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

/* Copies the arguments, without those that write other files than the object. */
static void recompile_copy(
	const struct argument_list *arguments, struct argument_list *copy)
{
	for (size_t i = 1; i < arguments->count; i++) {
		const char *value;
		size_t first = i;
		const struct compiler_option *option =
			arguments->items[i][0] == '-'
				? compiler_option_take(arguments, &i, &value)
				: NULL;
		if (option && (option->effect == OPTION_DEPENDENCIES ||
				      option->effect == OPTION_OUTPUT))
			continue;
		for (; first <= i; first++)
			argument_list_add(copy, arguments->items[first]);
	}
}

struct error *recompile_run(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct plugin_output *output)
{
	scope_free char *option = memory_format("-fplugin=%s", plugin);
	scope_free char *variable =
		memory_format("%s=%s", KSPLICE_ENV_UNIT, output->path);
	scope_argument_list struct argument_list arguments = {0};
	argument_list_add(&arguments, call->real);
	argument_list_add(&arguments, option);
	recompile_copy(&call->expanded, &arguments);
	argument_list_add(&arguments, "-o");
	argument_list_add(&arguments, object);
	const char *environment[] = {variable, NULL};
	scope_text struct text said = {0};
	struct process_request request = {
		.arguments = (const char *const *)arguments.items,
		.environment = environment,
		.output = &said,
		.errors = &said,
	};
	return process_check(&request);
}

const char *recompile_check(const struct wrapper_call *call, const char *plugin,
	const char *object, const struct plugin_output *output)
{
	scope_free char *folder = NULL;
	scope_error struct error *error = file_make_temporary("ksplice-cc", &folder);
	if (error)
		return "not-compiled-again";
	scope_free char *local = file_join(folder, "object.o");
	error = recompile_run(call, plugin, local, output);
	const char *reason = NULL;
	if (error) {
		reason = plugin_output_get_reason(output);
		reason = reason ? reason : "not-compiled-again";
	} else if (!object_compare(object, local)) {
		reason = "object-differs";
	}
	error_free(file_remove(folder));
	return reason;
}
