// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/parallel.h"

#include <stdatomic.h>

#include "tests/unit/unit_test.h"

static void count_call(size_t i, void *context)
{
	atomic_fetch_add(&((atomic_int *)context)[i], 1);
}

int main(void)
{
	static atomic_int calls[10001];
	parallel_run(10000, count_call, calls);
	int once = 0;
	for (size_t i = 0; i < 10000; i++)
		once += calls[i] == 1;
	UNIT_CHECK(once == 10000);
	UNIT_CHECK(calls[10000] == 0);
	parallel_run(0, count_call, calls);
	UNIT_CHECK(calls[0] == 1);
	parallel_run(1, count_call, calls);
	UNIT_CHECK(calls[0] == 2 && calls[1] == 1);
	return unit_end();
}
