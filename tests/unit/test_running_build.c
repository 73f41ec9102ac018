// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/running_build.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/unit/unit_test.h"

/* A note of another owner, with padding, and then the build-id. */
static const unsigned char notes[] = {6, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 'L', 'i', 'n',
	'u', 'x', 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0,
	'G', 'N', 'U', 0, 0xde, 0xad, 0xbe, 0xef};

static void check_found(const void *data, size_t size, const char *wanted)
{
	scope_free char *found = running_build_find(data, size);
	if (wanted)
		UNIT_CHECK_TEXT(found ? found : "none", wanted);
	else
		UNIT_CHECK(!found);
}

static void test_notes(void)
{
	check_found(notes, sizeof(notes), "deadbeef");
	/* only the other note */
	check_found(notes, 28, NULL);
	check_found(NULL, 0, NULL);
	/* cut at every place: found whole or not at all */
	for (size_t size = 0; size < sizeof(notes); size++)
		check_found(notes, size, NULL);

	/* sizes that reach far beyond the end */
	unsigned char damaged[sizeof(notes)];
	memcpy(damaged, notes, sizeof(notes));
	memset(damaged, 0xff, 8);
	check_found(damaged, sizeof(damaged), NULL);
}

int main(void)
{
	test_notes();
	return unit_end();
}
