// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/argument_list.h"

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "tests/unit/unit_test.h"

static void check_file(
	const char *folder, const char *content, size_t count, const char *const *wanted)
{
	scope_free char *path = file_join(folder, "arguments");
	UNIT_CHECK_DONE(file_write(path, content, strlen(content)));
	scope_free char *argument = memory_format("@%s", path);
	scope_argument_list struct argument_list list = {0};
	argument_list_add_expanded(&list, argument);
	UNIT_CHECK(list.count == count);
	for (size_t i = 0; i < count && i < list.count; i++)
		UNIT_CHECK_TEXT(list.items[i], wanted[i]);
}

#define CHECK_FILE(folder, content, ...)                                                 \
	do {                                                                             \
		const char *wanted_[] = {__VA_ARGS__};                                   \
		check_file(                                                              \
			folder, content, sizeof(wanted_) / sizeof(wanted_[0]), wanted_); \
	} while (0)

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("test-argument-list", &folder));

	CHECK_FILE(folder, "-O2 -c a.c", "-O2", "-c", "a.c");
	CHECK_FILE(folder, "\n -O2\n\t-c \n", "-O2", "-c");
	CHECK_FILE(folder, "'a b' \"c d\"", "a b", "c d");
	CHECK_FILE(folder, "-DX='\"text\"'", "-DX=\"text\"");
	CHECK_FILE(folder, "-DX=\\\"text\\\" a\\ b", "-DX=\"text\"", "a b");
	CHECK_FILE(folder, "\"a\\\"b\" 'c\\'d'", "a\"b", "c'd");
	CHECK_FILE(folder, "'' end", "", "end");
	check_file(folder, " \n", 0, NULL);
	/* A file that names itself comes to an end. */
	scope_free char *path = file_join(folder, "arguments");
	scope_free char *self = memory_format("@%s", path);
	CHECK_FILE(folder, self, self);

	scope_argument_list struct argument_list list = {0};
	argument_list_add_expanded(&list, "@/no/such/file");
	argument_list_add_expanded(&list, "@");
	argument_list_add(&list, "plain");
	argument_list_replace(&list, 2, "other");
	UNIT_CHECK(list.count == 3 && !list.items[3]);
	UNIT_CHECK_TEXT(list.items[0], "@/no/such/file");
	UNIT_CHECK_TEXT(list.items[1], "@");
	UNIT_CHECK_TEXT(list.items[2], "other");

	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
