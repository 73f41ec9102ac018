// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

static void check_normal(const char *folder, const char *path, const char *wanted)
{
	scope_free char *normal = file_normalize(folder, path);
	UNIT_CHECK_TEXT(normal, wanted);
}

static void test_paths(void)
{
	check_normal("/a/b", "c", "/a/b/c");
	check_normal("/a/b", "./c//d/", "/a/b/c/d");
	check_normal("/a/b", "../../c", "/c");
	check_normal("/a/b", "../../../c", "/c");
	check_normal("/a/b", "/x/./y", "/x/y");
	check_normal("/", "..", "/");
	check_normal("lib", "x.o", "lib/x.o");
	check_normal(".", "lib/../x.o", "x.o");
	check_normal(".", "a/..", ".");

	const char *rest = NULL;
	UNIT_CHECK(file_is_below("/a", "/a/b/c", &rest) && strcmp(rest, "b/c") == 0);
	UNIT_CHECK(file_is_below("/", "/b", &rest) && strcmp(rest, "b") == 0);
	UNIT_CHECK(!file_is_below("/a", "/ab/c", &rest));
	UNIT_CHECK(!file_is_below("/a", "/a", &rest));
	UNIT_CHECK_TEXT(file_name("a/b"), "b");
	UNIT_CHECK_TEXT(file_name("b"), "b");
	scope_free char *parent = file_parent("a/b/c");
	UNIT_CHECK_TEXT(parent, "a/b");
	scope_free char *root = file_parent("/a");
	UNIT_CHECK_TEXT(root, "/");
}

static void test_writing(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	scope_free char *path = file_join(folder, "deep/er/file");
	scope_text struct text text = {0};
	UNIT_CHECK_DONE(file_write(path, "hello", 5));
	UNIT_CHECK_DONE(file_write(path, "bye", 3));
	UNIT_CHECK_DONE(file_read(path, &text));
	UNIT_CHECK_TEXT(text.data, "bye");
	/* a file where a folder would have to be */
	scope_free char *below = file_join(path, "x");
	UNIT_CHECK_ERROR(file_write(below, "x", 1), "Not a directory");
	UNIT_CHECK_ERROR(file_read(folder, &text), "Is a directory");
	UNIT_CHECK(text.size == 3);
	UNIT_CHECK_DONE(file_remove(folder));
	UNIT_CHECK(!file_exists(folder));
	UNIT_CHECK_DONE(file_remove(folder));
}

static void check_strange(const char *path, const char *problem)
{
	scope_text struct text text = {0};
	UNIT_CHECK_ERROR(file_read_plain(path, 3, &text), problem);
	UNIT_CHECK(!text.size);
}

static void test_strangers(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	scope_free char *path = file_join(folder, "file");
	scope_free char *link = file_join(folder, "link");
	scope_free char *pipe = file_join(folder, "pipe");
	scope_text struct text text = {0};
	UNIT_CHECK_DONE(file_write(path, "bye", 3));
	UNIT_CHECK_DONE(file_read_plain(path, 3, &text));
	UNIT_CHECK_TEXT(text.data, "bye");
	UNIT_CHECK(!symlink(path, link));
	UNIT_CHECK(!mkfifo(pipe, 0600));
	check_strange(link, "not a regular file");
	check_strange(pipe, "not a regular file");
	check_strange(folder, "not a regular file");
	check_strange("/dev/zero", "not a regular file");
	check_strange("/nowhere", "No such file");
	/* It takes no room on the disk. */
	UNIT_CHECK(!truncate(path, (off_t)1 << 40));
	check_strange(path, "larger than");
	UNIT_CHECK_DONE(file_remove(folder));
}

int main(void)
{
	test_strangers();
	test_paths();
	test_writing();
	return unit_end();
}
