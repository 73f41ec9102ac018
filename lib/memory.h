/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - allocation that cannot fail, and growable arrays
 *
 * The tools are short-lived: when memory is exhausted, they print a message and end. This
 * is the only place where library code ends the process. A file that a tool was writing
 * has a temporary name until it is complete.
 */
#ifndef KSPLICE_LIB_MEMORY_H
#define KSPLICE_LIB_MEMORY_H

#include <stddef.h>

/*
 * Sets a function that is called when memory is exhausted, before the message. It may end
 * the process itself, and must not allocate.
 */
void memory_set_exhausted(void (*exhausted)(void));

/* Zeroed; aborts with "out of memory". Free with free(). */
void *memory_allocate(size_t size) __attribute__((returns_nonnull, malloc));
void *memory_resize(void *pointer, size_t count, size_t size)
	__attribute__((returns_nonnull));
char *memory_copy_text(const char *text) __attribute__((returns_nonnull));
char *memory_copy_range(const char *text, size_t size) __attribute__((returns_nonnull));
char *memory_format(const char *format, ...)
	__attribute__((format(printf, 1, 2), returns_nonnull));

/*
 * Declares a growable array type: array_of(struct piece) pieces = {0};
 * Its items are in .items, their number in .count; free(pieces.items) ends it.
 */
#define array_of(type)                                                                   \
	struct {                                                                         \
		type *items;                                                             \
		size_t count;                                                            \
		size_t capacity;                                                         \
	}

/* Makes room for one more item at the end, zeroed, and gives its address. */
#define array_add(array)                                                                 \
	((array)->items = array_reserve((array)->items, sizeof(*(array)->items),         \
		 (array)->count + 1, &(array)->capacity),                                \
		(array)->items + (array)->count++)

#define array_foreach(item, array)                                                       \
	for (__typeof__(&*(array)->items) item = (array)->items;                         \
		item < (array)->items + (array)->count; item++)

/* For array_add: gives items, with room for count of them, new ones zeroed. */
void *array_reserve(void *items, size_t item_size, size_t count, size_t *capacity);

#endif
