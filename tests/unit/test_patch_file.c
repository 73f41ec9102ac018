// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_file.h"

#include "tests/unit/unit_test.h"

static const char simple[] = "Some words about it.\n"
			     "\n"
			     "diff --git a/kernel/fork.c b/kernel/fork.c\n"
			     "index 123..456 100644\n"
			     "--- a/kernel/fork.c\t2024-01-01 00:00:00\n"
			     "+++ b/kernel/fork.c\n"
			     "@@ -10,3 +10,4 @@ static int f(void)\n"
			     " one\n"
			     "+two\n"
			     " three\n"
			     "\n"
			     "@@ -100 +101,2 @@\n"
			     "--- old line that looks like a header\n"
			     "+++ new line\n"
			     "+another\n"
			     "-- \n"
			     "2.39.5\n";

static void test_reading(void)
{
	struct patch_file patch = {0};
	UNIT_CHECK_DONE(patch_file_read("t", simple, 1, &patch));
	UNIT_CHECK(patch.count == 1);
	UNIT_CHECK_TEXT(patch.entries[0].path, "kernel/fork.c");
	UNIT_CHECK(patch.entries[0].hunk_count == 2);
	UNIT_CHECK(patch.entries[0].hunks[0].old_line == 10);
	UNIT_CHECK(patch.entries[0].hunks[0].old_count == 3);
	UNIT_CHECK(patch.entries[0].hunks[0].new_count == 4);
	UNIT_CHECK(patch.entries[0].hunks[1].old_line == 100);
	UNIT_CHECK(patch.entries[0].hunks[1].old_count == 1);
	UNIT_CHECK(patch.entries[0].hunks[1].new_count == 2);
	UNIT_CHECK_TEXT(patch.entries[0].hunks[0].heading, "static int f(void)");
	UNIT_CHECK_TEXT(patch.entries[0].hunks[0].old_text, "one\nthree\n\n");
	UNIT_CHECK_TEXT(patch.entries[0].hunks[1].heading, "");
	UNIT_CHECK_TEXT(patch.entries[0].hunks[1].old_text,
		"-- old line that looks like a header\n");
	UNIT_CHECK_TEXT(patch.entries[0].whole_path, "b/kernel/fork.c");
	patch_file_deinit(&patch);

	UNIT_CHECK_DONE(patch_file_read(
		"t", "--- a.c\n+++ a.c\n@@ -1 +1 @@\n-a\n+b\n", 0, &patch));
	UNIT_CHECK_TEXT(patch.entries[0].path, "a.c");
	patch_file_deinit(&patch);
}

static void refuse(const char *text, const char *reason)
{
	struct patch_file patch = {0};
	UNIT_CHECK_ERROR(patch_file_read("t", text, 1, &patch), reason);
	UNIT_CHECK(!patch.entries);
}

static void test_refusals(void)
{
	refuse("", "contains no patch");
	refuse("hello\n", "contains no patch");
	refuse("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n", "new-file");
	refuse("--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "deleted-file");
	refuse("diff --git a/x.c b/y.c\nrename from x.c\n", "renamed-file");
	refuse("new file mode 100644\n", "new-file");
	refuse("GIT binary patch\n", "binary-file");
	refuse("Binary files a/x and b/x differ\n", "binary-file");
	refuse("old mode 100644\n", "changed-mode");
	refuse("--- a/../x.c\n+++ b/../x.c\n", "outside-path");
	refuse("--- a/x.c\n+++ b/k/../../x.c\n", "outside-path");
	refuse("--- x.c\n+++ x.c\n@@ -1 +1 @@\n-a\n+b\n", "to strip");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n--- a/x.c\n+++ b/x.c\n",
		"repeated-file");
}

static void test_damage(void)
{
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1 @@\n-a\n", "in the middle of a hunk");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n-b\n", "does not have as many lines");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n*a\n", "does not have as many lines");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -x +1 @@\n", "not a valid hunk header");
	refuse("@@ -1 +1 @@\n-a\n+b\n", "without a file name before it");
	refuse("--- a/x.c\n+++ b/x.c\n", "has no hunk");
	refuse("--- a/x.c\n+++ b/x.c\n--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n",
		"has no hunk");
}

int main(void)
{
	test_reading();
	test_refusals();
	test_damage();
	return unit_end();
}
