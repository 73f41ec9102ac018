// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error {
	enum error_kind kind;
	const char *reason;
	char *text;
	char *hint;
};

/* What is returned when there is no memory for an error; never freed. */
static struct error out_of_memory = {ERROR_FAILED, NULL, "out of memory", NULL};

static struct error *error_create(
	enum error_kind kind, const char *reason, const char *format, va_list arguments)
{
	struct error *error = calloc(1, sizeof(*error));
	if (!error)
		return &out_of_memory;
	error->kind = kind;
	error->reason = reason;
	if (vasprintf(&error->text, format, arguments) < 0) {
		free(error);
		return &out_of_memory;
	}
	return error;
}

struct error *error_failed(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_FAILED, NULL, format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_errno(const char *format, ...)
{
	int number = errno;
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_FAILED, NULL, format, arguments);
	va_end(arguments);
	if (error == &out_of_memory)
		return error;
	char *text;
	if (asprintf(&text, "%s: %s", error->text, strerror(number)) >= 0) {
		free(error->text);
		error->text = text;
	}
	return error;
}

struct error *error_refused(const char *reason, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_REFUSED, reason, format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_no_change(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_NO_CHANGE, NULL, format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_busy(const char *reason, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_BUSY, reason, format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_usage(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error = error_create(ERROR_FAILED, "usage", format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_interrupted(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct error *error =
		error_create(ERROR_FAILED, "interrupted", format, arguments);
	va_end(arguments);
	return error;
}

struct error *error_hint(struct error *error, const char *format, ...)
{
	if (error == &out_of_memory)
		return error;
	char *hint;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&hint, format, arguments) >= 0) {
		free(error->hint);
		error->hint = hint;
	}
	va_end(arguments);
	return error;
}

struct error *error_prefix(struct error *error, const char *format, ...)
{
	if (error == &out_of_memory)
		return error;
	char *prefix;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&prefix, format, arguments);
	va_end(arguments);
	if (length < 0)
		return error;
	char *text;
	if (asprintf(&text, "%s: %s", prefix, error->text) >= 0) {
		free(error->text);
		error->text = text;
	}
	free(prefix);
	return error;
}

enum error_kind error_get_kind(const struct error *error)
{
	return error->kind;
}

const char *error_get_reason(const struct error *error)
{
	return error->reason;
}

const char *error_get_text(const struct error *error)
{
	return error->text;
}

const char *error_get_hint(const struct error *error)
{
	return error->hint;
}

void error_free(struct error *error)
{
	if (!error || error == &out_of_memory)
		return;
	free(error->text);
	free(error->hint);
	free(error);
}
