// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/number_list.h"

#include <stdlib.h>

#include "lib/text.h"

static int number_compare(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;
	return a < b ? -1 : a > b;
}

void number_list_write(struct text *text, int64_t *numbers, size_t count)
{
	int64_t last = 0;
	if (count)
		qsort(numbers, count, sizeof(*numbers), number_compare);
	for (size_t i = 0; i < count; i++) {
		if (i && numbers[i] == last)
			continue;
		uint64_t step = (uint64_t)(numbers[i] - last);
		uint8_t bytes[10];
		size_t size = 0;
		do {
			bytes[size++] =
				(uint8_t)((step & 0x7f) | (step > 0x7f ? 0x80 : 0));
			step >>= 7;
		} while (step);
		text_add_range(text, bytes, size);
		last = numbers[i];
	}
}

bool number_list_read(struct number_list *list, int64_t *number)
{
	uint64_t step = 0;
	unsigned shift = 0;
	for (size_t i = 0; i < list->size && shift < 63; i++) {
		step |= (uint64_t)(list->data[i] & 0x7f) << shift;
		shift += 7;
		if (list->data[i] & 0x80)
			continue;
		list->data += i + 1;
		list->size -= i + 1;
		list->number = (int64_t)((uint64_t)list->number + step);
		*number = list->number;
		return true;
	}
	return false;
}

bool number_list_has(const void *data, size_t size, int64_t number)
{
	struct number_list list = {data, size, 0};
	int64_t found;
	while (number_list_read(&list, &found)) {
		if (found >= number)
			return found == number;
	}
	return false;
}
