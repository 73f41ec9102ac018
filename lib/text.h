/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - a growable byte string, always followed by a NUL
 */
#ifndef KSPLICE_LIB_TEXT_H
#define KSPLICE_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialise it; release with text_deinit. */
struct text {
	char *data; /* NULL while empty and never added to */
	size_t size;
	size_t capacity;
};

void text_add_range(struct text *text, const void *data, size_t size);
void text_add(struct text *text, const char *string);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Room for size more bytes behind the text, which stays as long as it is. */
char *text_reserve(struct text *text, size_t size);
/* The first size bytes of that room have been written, and are the text's now. */
void text_extend(struct text *text, size_t size);
/* Adds zero bytes until the size is a multiple of alignment (a power of two). */
void text_align(struct text *text, size_t alignment);
void text_deinit(struct text *text);

bool text_has_prefix(const char *string, const char *prefix);
bool text_has_suffix(const char *string, const char *suffix);

/* True for '0' to '9', in any locale. */
static inline bool text_is_digit(char character)
{
	return character >= '0' && character <= '9';
}

/* Lower-case hexadecimal of size bytes; the caller frees it. */
char *text_from_bytes(const void *bytes, size_t size);

#define scope_text __attribute__((cleanup(text_deinit)))

#endif
