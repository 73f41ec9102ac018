// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/error.h"
#include "lib/json.h"

static const char *message_tool = "ksplice";
static bool message_quiet;

static const char *const message_results[] = {
	[ERROR_FAILED] = "error",
	[ERROR_REFUSED] = "refused",
	[ERROR_NO_CHANGE] = "no-change",
};

void message_init(const char *tool, bool quiet)
{
	message_tool = tool;
	message_quiet = quiet;
}

static void message_print(const char *format, va_list arguments)
{
	fprintf(stderr, "%s: ", message_tool);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void message_step(const char *format, ...)
{
	if (message_quiet)
		return;
	va_list arguments;
	va_start(arguments, format);
	message_print(format, arguments);
	va_end(arguments);
}

void message_warn(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	message_print(format, arguments);
	va_end(arguments);
}

int message_end(struct error *error)
{
	if (!error)
		return 0;
	int code = (int)error_get_kind(error);
	fprintf(stderr, "%s: %s\n", message_tool, error_get_text(error));
	if (error_get_hint(error))
		fprintf(stderr, "%s: hint: %s\n", message_tool, error_get_hint(error));
	error_free(error);
	return code;
}

struct json_t *message_describe(const struct error *error)
{
	struct json_t *json = json_make_object();
	json_put_text(json, "result", message_results[error_get_kind(error)]);
	json_put_text(json, "reason", error_get_reason(error));
	json_put_text(json, "message", error_get_text(error));
	json_put_text(json, "hint", error_get_hint(error));
	return json;
}
