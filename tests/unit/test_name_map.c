// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/name_map.h"

#include "tests/unit/unit_test.h"

int main(void)
{
	struct name_map map = {0};
	int64_t number = -1;
	UNIT_CHECK(!name_map_find(&map, "a", &number));
	for (int i = 0; i < 1000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i);
		name_map_set(&map, name, i);
	}
	UNIT_CHECK(map.count == 1000);
	UNIT_CHECK(name_map_find(&map, "n0", &number) && number == 0);
	UNIT_CHECK(name_map_find(&map, "n999", &number) && number == 999);
	UNIT_CHECK(!name_map_find(&map, "n1000", &number) && number == 999);
	name_map_set(&map, "n5", 55);
	UNIT_CHECK(map.count == 1000);
	UNIT_CHECK(name_map_find(&map, "n5", &number) && number == 55);
	name_map_deinit(&map);
	return unit_end();
}
