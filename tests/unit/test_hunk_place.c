// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/hunk_place.h"

#include <stdlib.h>

#include "differ/create/patch_file.h"
#include "differ/create/patch_reader.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* Lines 1-4, 5-10, 11-14 and 15-17; "a();" and "b();" are in the first two. */
static const char original[] =
	"int one(int x)\n{\n\ta();\n\tb();\n"
	"static long two(struct a_long_name *first, "
	"struct another_name *second, int x)\n"
	"{\n\ta();\n\tb();\nout: /* here */\n\tc();\n"
	"SYSCALL_DEFINE1(three, int, x)\n{\n\td();\n}\n"
	"static const struct a_very_long_structure_name another_name[] = {\n\t1,\n};\n";

static struct error *try_patch(
	const char *header, const char *lines, long offset, struct json_t *warnings)
{
	scope_patch_file struct patch_file patch = {0};
	scope_free char *text =
		memory_format("--- a/x.c\n+++ b/x.c\n%s\n%s", header, lines);
	UNIT_CHECK_DONE(patch_reader_read_one("t", text, 1, &patch));
	return hunk_place_check(&patch.entries[0], original, &offset, warnings);
}

static void check_done(
	const char *header, const char *lines, long offset, const char *said)
{
	scope_json struct json_t *warnings = json_make_array();
	UNIT_CHECK_DONE(try_patch(header, lines, offset, warnings));
	UNIT_CHECK(json_count_items(warnings) == (said ? 1 : 0));
	if (said)
		UNIT_CHECK_TEXT(json_find_item_text(warnings, 0), said);
}

static void check_refused(
	const char *header, const char *lines, long offset, const char *reason)
{
	scope_json struct json_t *warnings = json_make_array();
	UNIT_CHECK_ERROR(try_patch(header, lines, offset, warnings), reason);
}

static const char change_ab[] = " \ta();\n-\tb();\n+\te();\n";
static const char change_d[] = "-\td();\n+\te();\n";
static const char change_1[] = "-\t1,\n+\t2,\n";
static const char change_c[] = "-\tc();\n+\te();\n";

static void test_headings(void)
{
	check_done("@@ -3,2 +3,2 @@ int one(int x)", change_ab, 0, NULL);
	check_done("@@ -3,2 +3,2 @@", change_ab, 0, NULL);
	/* as diff -p and as git cut it off */
	check_done("@@ -7,2 +7,2 @@ static long two(struct a_long_name *first, ",
		change_ab, 0, NULL);
	check_done("@@ -7,2 +7,2 @@ static long two(struct a_long_name *first, struct "
		   "another_name *second, int x)",
		change_ab, 0, NULL);
	check_done("@@ -16 +16 @@ static const struct a_very_long_structur", change_1, 0,
		NULL);
	check_refused("@@ -16 +16 @@ static const struct a_very_long_structu", change_1,
		0, "wrong-function");
	/* the same function with other arguments */
	check_done("@@ -3,2 +3,2 @@ static int one(void)", change_ab, 0, NULL);
	check_done("@@ -13 +13 @@ SYSCALL_DEFINE1(three, long, y)", change_d, 0, NULL);
	/* diff -p takes a label for a function, git does not */
	check_done("@@ -10 +10 @@ out: /* here */", change_c, 0, NULL);
	check_done("@@ -10 +10 @@ static long two(int)", change_c, 0, NULL);
	/* the line of the function is the hunk's first */
	check_done("@@ -11,3 +11,3 @@ SYSCALL_DEFINE1(three, int, x)",
		" SYSCALL_DEFINE1(three, int, x)\n {\n-\td();\n+\te();\n", 0, NULL);

	check_refused(
		"@@ -3,2 +3,2 @@ static long two(int)", change_ab, 0, "wrong-function");
	check_refused("@@ -7,2 +7,2 @@ int one(int x)", change_ab, 0, "wrong-function");
	check_refused("@@ -13 +13 @@ SYSCALL_DEFINE1(other, int, x)", change_d, 0,
		"wrong-function");
	check_refused("@@ -3,2 +7,2 @@ int one(int x)", change_ab, 4, "wrong-function");
}

static void test_offsets(void)
{
	check_done("@@ -3 +3 @@ SYSCALL_DEFINE1(three, int, x)", change_d, 10,
		"x.c: hunk 1 applied 10 lines further down, at line 13, in "
		"SYSCALL_DEFINE1(three");
	check_done("@@ -14 +14 @@", change_d, -1,
		"x.c: hunk 1 applied 1 line further up, at line 13, in "
		"SYSCALL_DEFINE1(three");
	/* the same lines are in one() and two(): the header's name decides */
	check_done("@@ -6,2 +6,2 @@ static long two(int)", change_ab, 1,
		"x.c: hunk 1 applied 1 line further down, at line 7, in two");
	check_refused("@@ -6,2 +6,2 @@", change_ab, 1, "ambiguous-hunk");
}

static void test_reading(void)
{
	static const char text[] = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n"
				   "@@ -9 +9 @@\n-a\n+b\n"
				   "--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n";
	scope_patch_file struct patch_file patch = {0};
	scope_free long *offsets = NULL;
	UNIT_CHECK_DONE(patch_reader_read_one("t", text, 1, &patch));
	UNIT_CHECK_DONE(hunk_place_read_offsets(&patch,
		"patching file x.c\nHunk #2 succeeded at 54 (offset 45 lines).\n"
		"patching file y.c\nHunk #1 succeeded at 1 (offset -1 lines).\n",
		&offsets));
	UNIT_CHECK(offsets && offsets[0] == 0 && offsets[1] == 45 && offsets[2] == -1);
	scope_free long *none = NULL;
	UNIT_CHECK_ERROR(hunk_place_read_offsets(&patch, "patching file x.c\n", &none),
		"did not change y.c");
	UNIT_CHECK_ERROR(
		hunk_place_read_offsets(&patch,
			"patching file x.c\nHunk #3 succeeded at 1 (offset 1 line).\n",
			&none),
		"unexpected output");
}

int main(void)
{
	test_headings();
	test_offsets();
	test_reading();
	return unit_end();
}
