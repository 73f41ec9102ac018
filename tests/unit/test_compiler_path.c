// SPDX-License-Identifier: GPL-2.0-or-later
/* test_compiler_path.c - which program a name stands for; this program is ksplice-cc */
#include "ccwrap/compiler_path.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "tests/unit/program_folder.h"
#include "tests/unit/unit_test.h"

static const char *folder;

static void add(const char *name)
{
	free(program_folder_add(folder, name, "exit 0"));
}

static void link_to(const char *name, const char *target)
{
	free(program_folder_link(folder, name, target));
}

/* PATH is these two folders of the test's folder. Search each name with one PATH only,
 * because compiler_path keeps where a name is. */
static void set_path(const char *first, const char *second)
{
	scope_free char *path =
		memory_format("%s/%s:%s/%s", folder, first, folder, second);
	setenv("PATH", path, 1);
}

/* name is found, or real, as wanted in the test's folder; NULL: not at all. */
static void check(const char *name, const char *wanted, const char *real)
{
	scope_free char *found = compiler_path_find(name, NULL);
	scope_free char *found_real = compiler_path_find_real(name);
	scope_free char *path = wanted ? file_join(folder, wanted) : NULL;
	scope_free char *real_path = real ? file_join(folder, real) : NULL;
	UNIT_CHECK_TEXT(found ? found : "none", path ? path : "none");
	UNIT_CHECK_TEXT(found_real ? found_real : "none", real_path ? real_path : "none");
}

static void test_search(void)
{
	bool skipped = false;
	set_path("one", "two");
	add("two/gcc-12");
	check("gcc-12", "two/gcc-12", "two/gcc-12");
	add("one/gcc-11");
	add("two/gcc-11");
	check("gcc-11", "one/gcc-11", "one/gcc-11");
	UNIT_CHECK(!compiler_path_find("gcc-99", &skipped));
	UNIT_CHECK(!skipped);
	scope_free char *plain = file_join(folder, "one/clang");
	UNIT_CHECK_DONE(file_write(plain, "not a program", 13));
	check("clang", NULL, NULL);
}

static void test_links(void)
{
	set_path("self", "real");
	add("real/gcc");
	link_to("self/gcc", "/proc/self/exe");
	bool skipped = false;
	scope_free char *found = compiler_path_find("gcc", &skipped);
	UNIT_CHECK(skipped);
	check("gcc", "real/gcc", "real/gcc");
	/* A compiler cache under a compiler's name. */
	set_path("cache", "real");
	add("cache/ccache");
	link_to("cache/g++", "ccache");
	add("real/g++");
	check("g++", "cache/g++", "real/g++");
	/* A link to a compiler is that compiler; another program may act by its name. */
	set_path("names", "real");
	add("names/x86_64-gcc-12");
	add("names/multi");
	link_to("names/cc", "x86_64-gcc-12");
	link_to("names/clang", "multi");
	check("cc", "names/cc", "names/x86_64-gcc-12");
	check("clang", "names/clang", "names/clang");
}

static void test_names(void)
{
	static const struct {
		const char *path;
		bool is_compiler;
		enum launcher_kind launcher;
	} names[] = {
		{"gcc", true, LAUNCHER_NONE},
		{"/usr/bin/aarch64-linux-gnu-gcc-12", true, LAUNCHER_NONE},
		{"clang-15", true, LAUNCHER_NONE},
		{"cc", true, LAUNCHER_NONE},
		{"tcc", false, LAUNCHER_NONE},
		{"/opt/gcc/bin/ld", false, LAUNCHER_NONE},
		{"/usr/bin/ccache", false, LAUNCHER_CACHE},
		{"distcc", false, LAUNCHER_NETWORK},
		{"ccache-swig", false, LAUNCHER_NONE},
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		UNIT_CHECK(
			compiler_path_is_compiler(names[i].path) == names[i].is_compiler);
		UNIT_CHECK(
			compiler_path_get_launcher(names[i].path) == names[i].launcher);
	}
}

int main(void)
{
	scope_free char *made = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &made));
	scope_free char *real = realpath(made, NULL);
	folder = real;
	test_search();
	test_links();
	test_names();
	UNIT_CHECK_DONE(file_remove(made));
	return unit_end();
}
