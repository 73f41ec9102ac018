// SPDX-License-Identifier: GPL-2.0-or-later
/* test_unique_name.c - names without the numbers that make them unique */
#include "lib/unique_name.h"

#include "tests/unit/unit_test.h"

static const struct {
	const char *name;
	const char *stripped;
} names[] = {
	{"fork", "fork"},
	{"count.12", "count"},
	{"count.12a", "count.12a"},
	{".12", ".12"},
	{"v4l2", "v4l2"},
	{"__UNIQUE_ID_license123", "__UNIQUE_ID_license"},
	{"__UNIQUE_ID_ddebug45.6", "__UNIQUE_ID_ddebug"},
	{"__BTF_ID__func__foo__77", "__BTF_ID__func__foo__"},
	{"__initcall__kmod_fork__190_447_foo_init6", "__initcall__kmod_forkfoo_init6"},
	{"__initcall__kmod_cpu__1_2_3rd_init6", "__initcall__kmod_cpu3rd_init6"},
	{"", ""},
};

int main(void)
{
	char stripped[64];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t length = strlen(names[i].name);
		size_t got = unique_name_strip(names[i].name, length, stripped);
		UNIT_CHECK_TEXT(stripped, names[i].stripped);
		UNIT_CHECK(got == strlen(stripped));
	}
	UNIT_CHECK(unique_name_is_numbered("a.1", 3));
	UNIT_CHECK(!unique_name_is_numbered("a1", 2));
	UNIT_CHECK(unique_name_is_counted("__UNIQUE_ID_x1", 14));
	UNIT_CHECK(!unique_name_is_counted("_UNIQUE_ID_x1", 13));
	return unit_end();
}
