// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/compile_message.h"

#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "tests/unit/unit_test.h"

static const struct kernel_tree tree = {.objects = "/o", .source = "/s"};

static void check_shortened(
	const char *source, const char *folder, const char *messages, const char *wanted)
{
	const struct record record = {.source = source, .folder = folder};
	scope_free char *shortened = compile_message_shorten(&tree, &record, messages);
	UNIT_CHECK_TEXT(shortened, wanted);
}

static void test_paths(void)
{
	check_shortened("/s/kernel/sys.c", "/o",
		"In file included from /s/kernel/sys.c:9:\n/s/kernel/sys.c:9:1: error: x\n",
		"In file included from kernel/sys.c:9:\nkernel/sys.c:9:1: error: x\n");
	check_shortened("../s/kernel/sys.c", "/o",
		"../s/kernel/sys.c:9:1: error: '/s/a'\n",
		"kernel/sys.c:9:1: error: 'a'\n");
	check_shortened("kernel/sys.c", "/s", "kernel/sys.c:9:1: error: a../s/b\n",
		"kernel/sys.c:9:1: error: a../s/b\n");
	check_shortened("/elsewhere/x.c", "/o", "/elsewhere/x.c:1:1: error: x\n",
		"/elsewhere/x.c:1:1: error: x\n");
}

static void check_new(const char *before, const char *after, const char *wanted)
{
	scope_json struct json_t *warnings = json_make_array();
	bool is_new = compile_message_find_new(before, after, warnings);
	UNIT_CHECK(is_new == (wanted != NULL));
	UNIT_CHECK(json_count_items(warnings) == (wanted ? 1 : 0));
	UNIT_CHECK(compile_message_find_new(before, after, NULL) == is_new);
	if (wanted && json_count_items(warnings))
		UNIT_CHECK_TEXT(json_find_item_text(warnings, 0), wanted);
}

static void test_warnings(void)
{
	static const char one[] = "a.c: In function 'f':\na.c:1:2: warning: x [-Wx]\n";
	check_new("", "", NULL);
	check_new("", one, "a.c:1:2: warning: x [-Wx]");
	check_new(one, one, NULL);
	check_new(one, "", NULL);
	/* it moved */
	check_new(one, "a.c:10:20: warning: x [-Wx]\n", NULL);
	/* another text, another file, a second time */
	check_new(one, "a.c:1:2: warning: y [-Wx]\n", "a.c:1:2: warning: y [-Wx]");
	check_new(one, "b.c:1:2: warning: x [-Wx]\n", "b.c:1:2: warning: x [-Wx]");
	check_new(one, "a.c:1:2: warning: x [-Wx]\na.c:3:2: warning: x [-Wx]\n",
		"a.c:3:2: warning: x [-Wx]");
	/* without a position, and what is no warning */
	check_new("", "cc1: warning: y\n", "cc1: warning: y");
	check_new("", "a.c:1:2: note: x\n", NULL);
}

int main(void)
{
	test_paths();
	test_warnings();
	return unit_end();
}
