// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/differ/audit_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct audit_counts audit_counts;

void audit_complain(const char *object, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("audit: %s: ", object);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
	audit_counts.complaints++;
}

void audit_warn(const char *object, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("audit: warning: %s: ", object);
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
}

void audit_fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fflush(stdout);
	fputs("update_audit: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	exit(2);
}

void *audit_allocate(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		audit_fail("out of memory");
	return memory;
}

char *audit_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		audit_fail("out of memory");
	va_end(arguments);
	return text;
}

void *audit_grow(void *array, size_t count, size_t item_size)
{
	/* Full at 0, 8, 16, 32, ... */
	if (count && (count < 8 || count & (count - 1)))
		return array;
	size_t capacity = count ? count * 2 : 8;
	array = realloc(array, capacity * item_size);
	if (!array)
		audit_fail("out of memory");
	memset((char *)array + count * item_size, 0, (capacity - count) * item_size);
	return array;
}
