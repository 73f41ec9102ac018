// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/memory.h"

char *text_reserve(struct text *text, size_t size)
{
	if (text->size + size + 1 > text->capacity) {
		size_t grown = (text->size + size + 1) * 2;
		text->data = memory_resize(text->data, grown, 1);
		text->capacity = grown;
		text->data[text->size] = '\0';
	}
	return text->data + text->size;
}

void text_extend(struct text *text, size_t size)
{
	text->size += size;
	text->data[text->size] = '\0';
}

void text_add_range(struct text *text, const void *data, size_t size)
{
	char *room = text_reserve(text, size);
	if (size)
		memcpy(room, data, size);
	text_extend(text, size);
}

void text_add(struct text *text, const char *string)
{
	text_add_range(text, string, strlen(string));
}

void text_add_format(struct text *text, const char *format, ...)
{
	scope_free char *added = NULL;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&added, format, arguments);
	va_end(arguments);
	if (length < 0) {
		added = NULL;
		return;
	}
	text_add_range(text, added, (size_t)length);
}

void text_align(struct text *text, size_t alignment)
{
	static const char zeros[64];
	size_t missing = -text->size & (alignment - 1);
	while (missing) {
		size_t part = missing < sizeof(zeros) ? missing : sizeof(zeros);
		text_add_range(text, zeros, part);
		missing -= part;
	}
}

void text_deinit(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

bool text_has_prefix(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool text_has_suffix(const char *string, const char *suffix)
{
	size_t length = strlen(string);
	size_t ending = strlen(suffix);
	return length >= ending && strcmp(string + length - ending, suffix) == 0;
}

char *text_from_bytes(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	char *hex = memory_allocate(size * 2 + 1);
	for (size_t i = 0; i < size; i++)
		snprintf(hex + i * 2, 3, "%02x", byte[i]);
	return hex;
}
