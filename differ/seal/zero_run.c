// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/zero_run.h"

#include <string.h>

/* Blocks are counted from the start of the file, so that a run of them can be a hole of
 * any file system. */
static const size_t block_size = 65536;

static bool block_is_zero(const char *data, size_t size, size_t start)
{
	size_t length = size - start < block_size ? size - start : block_size;
	return !data[start] && memcmp(data + start, data + start + 1, length - 1) == 0;
}

bool zero_run_find_data(const char *data, size_t size, size_t *start, size_t *end)
{
	size_t first = *start;
	while (first < size && block_is_zero(data, size, first))
		first += block_size;
	if (first >= size)
		return false;
	size_t last = first + block_size;
	while (last < size && !block_is_zero(data, size, last))
		last += block_size;
	*start = first;
	*end = last < size ? last : size;
	return true;
}
