// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*memory_on_exhaustion)(void);

void memory_set_exhausted(void (*exhausted)(void))
{
	memory_on_exhaustion = exhausted;
}

static void memory_exhausted(void)
{
	if (memory_on_exhaustion)
		memory_on_exhaustion();
	static const char text[] = "ksplice: out of memory\n";
	fputs(text, stderr);
	exit(1);
}

void *memory_allocate(size_t size)
{
	void *pointer = calloc(1, size ? size : 1);
	if (!pointer)
		memory_exhausted();
	return pointer;
}

void *memory_resize(void *pointer, size_t count, size_t size)
{
	void *resized = reallocarray(pointer, count ? count : 1, size);
	if (!resized)
		memory_exhausted();
	return resized;
}

char *memory_copy_text(const char *text)
{
	return memory_copy_range(text, strlen(text));
}

char *memory_copy_range(const char *text, size_t size)
{
	char *copy = memory_allocate(size + 1);
	memcpy(copy, text, size);
	return copy;
}

char *memory_format(const char *format, ...)
{
	char *text;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		memory_exhausted();
	return text;
}

void *array_reserve(void *items, size_t item_size, size_t count, size_t *capacity)
{
	if (count > *capacity) {
		size_t grown = *capacity ? *capacity * 2 : 16;
		if (grown < count)
			grown = count;
		items = memory_resize(items, grown, item_size);
		*capacity = grown;
	}
	memset((char *)items + (count - 1) * item_size, 0, item_size);
	return items;
}
