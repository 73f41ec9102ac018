/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * number_list.h - a set of numbers in few bytes, as the index stores it
 *
 * A thousand units each read the same thousand headers: as rows of a table that is most
 * of an index. Here each number is the difference to the one before (the first to 0), in
 * base 128, low digits first, with bit 7 set in all bytes of a number but the last
 * (LEB128). What is next to each other costs one byte.
 */
#ifndef KSPLICE_DIFFER_INDEX_NUMBER_LIST_H
#define KSPLICE_DIFFER_INDEX_NUMBER_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* Sorts the numbers, which are not negative, and adds each once. */
void number_list_write(struct text *text, int64_t *numbers, size_t count);

/* Where reading is; zero but for data and size at the start. */
struct number_list {
	const uint8_t *data;
	size_t size;
	int64_t number; /* the one read last */
};

/* The next number; false at the end, and where the bytes are no list. */
bool number_list_read(struct number_list *list, int64_t *number);

bool number_list_has(const void *data, size_t size, int64_t number);

#endif
