// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugin/unit_name.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/memory.h"
#include "tests/unit/unit_test.h"

/* More than the table has places for at first. */
#define MANY 5000

static void test_many(struct unit_names *names)
{
	const char *first =
		unit_names_get(names, unit_names_add(names, "name0", 5))->text;
	for (int i = 0; i < MANY; i++) {
		scope_free char *name = memory_format("name%d", i);
		UNIT_CHECK(unit_names_add(names, name, strlen(name)) == (uint32_t)i);
	}
	for (int i = 0; i < MANY; i++) {
		scope_free char *name = memory_format("name%d", i);
		UNIT_CHECK(unit_names_add(names, name, strlen(name)) == (uint32_t)i);
		UNIT_CHECK_TEXT(unit_names_get(names, (uint32_t)i)->text, name);
	}
	UNIT_CHECK(unit_names_get(names, 0)->text == first);
}

static void test_length(struct unit_names *names)
{
	uint32_t part = unit_names_add(names, "symbol.12", 6);
	UNIT_CHECK_TEXT(unit_names_get(names, part)->text, "symbol");
	UNIT_CHECK(unit_names_get(names, part)->length == 6);
	UNIT_CHECK(unit_names_add(names, "symbol", 6) == part);
	UNIT_CHECK(unit_names_add(names, "symbol.12", 9) != part);
	uint32_t empty = unit_names_add(names, "", 0);
	UNIT_CHECK_TEXT(unit_names_get(names, empty)->text, "");
	/* Longer than a block of texts. */
	char *text = memory_allocate(100001);
	memset(text, 'x', 100000);
	uint32_t large = unit_names_add(names, text, 100000);
	UNIT_CHECK_TEXT(unit_names_get(names, large)->text, text);
	UNIT_CHECK(unit_names_add(names, text, 100000) == large);
	UNIT_CHECK(unit_names_add(names, text, 99999) != large);
	free(text);
}

int main(void)
{
	struct unit_names *names = unit_names_create();
	test_many(names);
	test_length(names);
	unit_names_destroy(names);
	return unit_end();
}
