// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/index/number_list.h"

#include "lib/text.h"
#include "tests/unit/unit_test.h"

static void check_list(int64_t *numbers, size_t count, const int64_t *wanted,
	size_t wanted_count, size_t wanted_size)
{
	scope_text struct text text = {0};
	number_list_write(&text, numbers, count);
	UNIT_CHECK(text.size == wanted_size);
	struct number_list list = {(const uint8_t *)text.data, text.size, 0};
	int64_t number = -1;
	for (size_t i = 0; i < wanted_count; i++) {
		UNIT_CHECK(number_list_read(&list, &number) && number == wanted[i]);
		UNIT_CHECK(number_list_has(text.data, text.size, wanted[i]));
		UNIT_CHECK(!number_list_has(text.data, text.size, wanted[i] + 1) ||
			   (i + 1 < wanted_count && wanted[i + 1] == wanted[i] + 1));
	}
	UNIT_CHECK(!number_list_read(&list, &number));
}

int main(void)
{
	int64_t mixed[] = {300, 1, 2, 2, 1, INT64_C(1) << 40, 0};
	const int64_t sorted[] = {0, 1, 2, 300, INT64_C(1) << 40};
	check_list(mixed, 7, sorted, 5, 1 + 1 + 1 + 2 + 6);
	check_list(NULL, 0, NULL, 0, 0);
	int64_t edge[] = {127, 255, 127 + 128 + 128};
	const int64_t edge_sorted[] = {127, 255, 383};
	check_list(edge, 3, edge_sorted, 3, 1 + 2 + 2);

	/* A list cut short, and one whose number never ends. */
	const uint8_t cut[] = {5, 0x80};
	struct number_list list = {cut, sizeof(cut), 0};
	int64_t number = -1;
	UNIT_CHECK(number_list_read(&list, &number) && number == 5);
	UNIT_CHECK(!number_list_read(&list, &number) && number == 5);
	uint8_t endless[16];
	memset(endless, 0xff, sizeof(endless));
	struct number_list none = {endless, sizeof(endless), 0};
	UNIT_CHECK(!number_list_read(&none, &number));
	return unit_end();
}
