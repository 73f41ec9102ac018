// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/json.h"
#include "lib/process.h"

static const char *message_tool = "ksplice";
static bool message_quiet;

static const char *const message_results[] = {
	[ERROR_FAILED] = "error",
	[ERROR_REFUSED] = "refused",
	[ERROR_NO_CHANGE] = "no-change",
	[ERROR_BUSY] = "busy",
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

static void message_put_error(struct json_t *json, const struct error *error)
{
	json_put_text(json, "result", message_results[error_get_kind(error)]);
	json_put_text(json, "reason", error_get_reason(error));
	json_put_text(json, "message", error_get_text(error));
	json_put_text(json, "hint", error_get_hint(error));
}

struct json_t *message_describe(const struct error *error)
{
	struct json_t *json = json_make_object();
	message_put_error(json, error);
	return json;
}

void message_print_json(struct json_t *document, const struct error *error)
{
	if (!document && !error)
		return;
	if (!document)
		document = json_make_object();
	if (error)
		message_put_error(document, error);
	scope_free char *text = json_to_text(document);
	fputs(text, stdout);
	json_release(document);
}

/* Closes stdout too, since some file systems report a full disk only then. */
static struct error *message_close_output(int code)
{
	bool has_failed = ferror(stdout);
	bool has_output = __fpending(stdout);
	static const char problem[] = "the result cannot be written to standard output";
	const char *done = code ? "" : "done, but ";
	errno = 0;
	if (fclose(stdout) == 0 && !has_failed)
		return NULL;
	/* A closed stdout is fine for a command that prints nothing. */
	if (!has_failed && !has_output && errno == EBADF)
		return NULL;
	return errno ? error_errno("%s%s", done, problem)
		     : error_failed("%s%s", done, problem);
}

int message_exit(int code)
{
	int failed = message_end(message_close_output(code));
	if (code)
		process_die_interrupted();
	return code ? code : failed;
}
