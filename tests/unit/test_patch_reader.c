// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_reader.h"

#include <stdlib.h>

#include "differ/create/patch_file.h"
#include "lib/text.h"

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
	UNIT_CHECK_DONE(patch_reader_read_one("t", simple, 1, &patch));
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

	UNIT_CHECK_DONE(patch_reader_read_one(
		"t", "--- a.c\n+++ a.c\n@@ -1 +1 @@\n-a\n+b\n", 0, &patch));
	UNIT_CHECK_TEXT(patch.entries[0].path, "a.c");
	patch_file_deinit(&patch);
}

static void refuse(const char *text, const char *reason)
{
	struct patch_file patch = {0};
	UNIT_CHECK_ERROR(patch_reader_read_one("t", text, 1, &patch), reason);
	UNIT_CHECK(!patch.entries);
}

static void test_refusals(void)
{
	refuse("", "contains no patch");
	refuse("hello\n", "contains no patch");
	refuse("diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n"
	       "@@ -0,0 +1 @@\n+a\n",
		"symbolic-link");
	refuse("diff --git a/x b/x\nindex 1..2 120000\n--- a/x\n+++ b/x\n"
	       "@@ -1 +1 @@\n-a\n+b\n",
		"symbolic-link");
	refuse("diff --git a/x b/x\nindex 1..2 160000\n--- a/x\n+++ b/x\n", "submodule");
	refuse("Binary files a/x and b/x differ\n", "binary-file");
	refuse("--- a/../x.c\n+++ b/../x.c\n", "outside-path");
	refuse("--- a/x.c\n+++ b/k/../../x.c\n", "outside-path");
	refuse("--- a/x.c\n+++ b/..\n", "outside-path");
	refuse("--- a//x.c\n+++ b/\n", "names no file");
	refuse("--- \"a/x\\303.c\"\n+++ b/x.c\n", "quoted-path");
	refuse("diff --git a/x.c b/y.c\nold mode 100644\n", "not a valid header");
	refuse("diff --git a/x.c b/y.c\nrename to y.c\n", "without an old one");
	refuse("--- x.c\n+++ x.c\n@@ -1 +1 @@\n-a\n+b\n", "to strip");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n--- a/x.c\n+++ b/x.c\n"
	       "@@ -2 +2 @@\n-a\n+b\n",
		"repeated-file");
}

/* Reads the text; the caller frees the list. */
static struct patch_list read_all(const char *text)
{
	struct patch_list list = {0};
	UNIT_CHECK_DONE(patch_reader_read("t", text, 1, &list));
	return list;
}

static void check_change(const char *text, enum patch_change change, const char *path,
	const char *old_path)
{
	scope_patch_list struct patch_list list = read_all(text);
	UNIT_CHECK(list.count == 1 && list.items[0].count == 1);
	const struct patch_entry *entry = &list.items[0].entries[0];
	UNIT_CHECK(entry->change == change);
	UNIT_CHECK_TEXT(entry->path, path);
	if (old_path)
		UNIT_CHECK_TEXT(entry->old_path, old_path);
	else
		UNIT_CHECK(!entry->old_path);
}

static void test_changes(void)
{
	check_change("--- /dev/null\n+++ b/k/x.c\n@@ -0,0 +1 @@\n+a\n", PATCH_CREATED,
		"k/x.c", NULL);
	check_change("--- a/k/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", PATCH_DELETED,
		"k/x.c", NULL);
	check_change(
		"--- a/k/x.c\t2024-01-01 00:00:00\n+++ b/k/x.c\t1970-01-01 01:00:00\n"
		"@@ -1 +0,0 @@\n-a\n",
		PATCH_DELETED, "k/x.c", NULL);
	/* A tree in which every file has that time. */
	check_change(
		"--- a/k/x.c\t1970-01-01 00:00:00\n+++ b/k/x.c\t1970-01-01 00:00:00\n"
		"@@ -1 +1 @@\n-a\n+b\n",
		PATCH_EDITED, "k/x.c", NULL);
	check_change(
		"diff --git a/k/x y.h b/k/x y.h\nnew file mode 100644\nindex 0..e69\n",
		PATCH_CREATED, "k/x y.h", NULL);
	check_change("diff --git a/k/x.h b/k/x.h\ndeleted file mode 100644\nindex 1..0\n"
		     "--- a/k/x.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n",
		PATCH_DELETED, "k/x.h", NULL);
	check_change(
		"diff --git a/k/x.c b/k/y.c\nsimilarity index 100%\nrename from k/x.c\n"
		"rename to k/y.c\n",
		PATCH_RENAMED, "k/y.c", "k/x.c");
	check_change("diff --git a/k/x.c b/k/y.c\nsimilarity index 90%\ncopy from k/x.c\n"
		     "copy to k/y.c\nindex 1..2 100644\n--- a/k/x.c\n+++ b/k/y.c\n"
		     "@@ -1 +1 @@\n-a\n+b\n",
		PATCH_COPIED, "k/y.c", "k/x.c");
	check_change("diff --git a/k/x.sh b/k/x.sh\nold mode 100644\nnew mode 100755\n",
		PATCH_EDITED, "k/x.sh", NULL);
	check_change(
		"diff --git a/k/x.png b/k/x.png\nindex 1..2 100644\nGIT binary patch\n"
		"literal 3\nKcmZQ%0096100\n\nliteral 0\nHcmV?d00001\n\n",
		PATCH_EDITED, "k/x.png", NULL);
	check_change("--- a//k/.//x.c\n+++ b//k/.//x.c\n@@ -1 +1 @@\n-a\n+b\n",
		PATCH_EDITED, "k/x.c", NULL);
}

/* What is not of the form of a diff in a mail's text is text. */
static const char mails[] =
	"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
	"From: A <a@b>\nSubject: [PATCH 1/2] one: do\n what is needed\n"
	"Content-Transfer-Encoding: 8bit\n\n"
	"--- this is no diff\n+++ nor is this\n"
	"diff --git of two versions\n--- a/q.c\n+++ b/q.c\n"
	"rename from here\nBinary files differ\n"
	"Index: nothing\n@@ -no header\n---\n x.c | 2 +-\n\n"
	"diff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n"
	"@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5\n\n"
	"From x@y Mon Sep 17 00:00:00 2001\nSubject: two\n\n---\n"
	"--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-b\n+c\n";

static void test_mails(void)
{
	scope_patch_list struct patch_list list = read_all(mails);
	UNIT_CHECK(list.count == 2);
	UNIT_CHECK_TEXT(list.items[0].title, "one: do what is needed");
	UNIT_CHECK_TEXT(list.items[1].title, "two");
	UNIT_CHECK_TEXT(list.items[0].name, "t, patch 1");
	for (size_t i = 0; i < list.count; i++) {
		UNIT_CHECK(list.items[i].count == 1);
		UNIT_CHECK_TEXT(list.items[i].entries[0].path, "x.c");
		UNIT_CHECK(list.items[i].entries[0].hunk_count == 1);
	}
	refuse("Subject: x\n\n@@ -1 +1 @@\n-a\n+b\n", "without a file name");
	refuse("Subject: x\ncontent-transfer-encoding: base64\n\naGVsbG8=\n",
		"encoded-mail");
	refuse("Subject: x\n\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n"
	       "Content-Transfer-Encoding: quoted-printable\n",
		"encoded-mail");
	refuse("From x@y Mon Sep 17 00:00:00 2001\n\n--- a/x.c\n+++ b/x.c\n"
	       "@@ -1 +1 @@\n-a\n+b\nFrom x@y Mon Sep 17 00:00:00 2001\n\nlost\n",
		"last mail contains no patch");
}

/* A file that is touched again starts a patch; what is printed is what is there. */
static void test_series(void)
{
	scope_patch_list struct patch_list list = read_all(
		"--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@ f\n-a\n+b\n"
		"--- a/y.c\n+++ b/y.c\n@@ -0,0 +1 @@\n+a\n"
		"--- a/x.c\r\n+++ b/x.c\r\n@@ -1,2 +1,2 @@\r\n \r\n-b\r\n+c\r\n");
	scope_text struct text text = {0};
	UNIT_CHECK(list.count == 2);
	UNIT_CHECK(list.items[0].count == 2);
	UNIT_CHECK(list.items[1].count == 1);
	patch_file_print(&list.items[1], &text);
	UNIT_CHECK_TEXT(text.data, "--- x.c\t\n+++ x.c\t\n@@ -1,2 +1,2 @@\n \n-b\n+c\n");
}

static void test_sides(void)
{
	scope_patch_list struct patch_list list = read_all(
		"--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of "
		"file\n+c\n\\ No newline at end of file\n\\ not of the hunk\n");
	const struct patch_hunk *hunk = &list.items[0].entries[0].hunks[0];
	scope_text struct text before = {0};
	scope_text struct text after = {0};
	patch_hunk_print_side(hunk, false, &before);
	patch_hunk_print_side(hunk, true, &after);
	UNIT_CHECK_TEXT(before.data, "a\nb");
	UNIT_CHECK_TEXT(after.data, "a\nc");
}

static void test_damage(void)
{
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1,2 +1 @@\n-a\n", "in the middle of a hunk");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n-b\n",
		"does not have as many lines");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n*a\n", "does not have as many lines");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -x +1 @@\n", "not a valid hunk header");
	refuse("@@ -1 +1 @@\n-a\n+b\n", "without a file name before it");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n+c\n", "more lines");
	refuse("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n c\n", "more lines");
	refuse("--- a/x.c\n+++ b/x.c\n", "has no hunk");
	refuse("--- a/x.c\n+++ b/x.c\n--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n",
		"has no hunk");
}

int main(void)
{
	test_reading();
	test_refusals();
	test_changes();
	test_mails();
	test_series();
	test_sides();
	test_damage();
	return unit_end();
}
