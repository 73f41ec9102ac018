// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/file_presence.h"

#include <unistd.h>

#include "differ/tree/build_record.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "tests/unit/unit_test.h"

static void put(const char *folder, const char *name, const char *text)
{
	scope_free char *path = file_join(folder, name);
	UNIT_CHECK_DONE(file_make_parent(path));
	UNIT_CHECK_DONE(file_write(path, text, strlen(text)));
}

static struct json_t *make_list(const char *const *texts)
{
	struct json_t *list = json_make_array();
	for (; *texts; texts++)
		json_append_text(list, *texts);
	return list;
}

/* A compile in FOLDER/obj that read kernel/a.c, and in it one file. */
static bool may_find(
	const char *folder, const char *added, const char *option, const char *input)
{
	scope_free char *object_folder = file_join(folder, "obj");
	scope_free char *path = file_join(folder, added);
	const char *arguments[] = {"gcc", option, "../kernel/a.c", NULL};
	const char *inputs[] = {"../kernel/a.c", input, NULL};
	scope_json struct json_t *argument_list = make_list(arguments);
	scope_json struct json_t *input_list = make_list(inputs);
	struct record record = {.folder = object_folder,
		.arguments = argument_list,
		.inputs = input_list};
	bool is_found = false;
	UNIT_CHECK_DONE(file_presence_may_be_found(path, &record, &is_found));
	return is_found;
}

static void test_search(const char *folder)
{
	static const struct {
		const char *added;
		const char *option;
		const char *input;
		bool is_found;
	} cases[] = {
		/* beside a file that was read, by the name alone */
		{"kernel/x.h", "-O2", "../include/linux/x.h", true},
		{"kernel/y.h", "-O2", "../include/linux/x.h", false},
		/* in a folder of the command, with the folder in the name */
		{"arch/linux/x.h", "-I../arch", "../include/linux/x.h", true},
		{"arch/linux/x.h", "-iquote../arch", "../include/linux/x.h", true},
		{"arch/linux/x.h", "../arch", "../include/linux/x.h", true},
		{"arch/linux/x.h", "-O2", "../include/linux/x.h", false},
		{"arch/other/x.h", "-I../arch", "../include/linux/x.h", false},
		/* "../linked/x.h" beside a.c, through a link to a folder */
		{"arch/linux/x.h", "-O2", "../kernel/../linked/x.h", true},
		/* a name with dots */
		{"arch/linux/x.h", "-I../arch", "../include/other/../linux/x.h", true},
		/* the compiler's own folder, which is that of -include */
		{"obj/x.h", "-O2", "../include/linux/x.h", true},
	};
	put(folder, "kernel/a.c", "");
	put(folder, "include/linux/x.h", "");
	put(folder, "arch/linux/none.h", "");
	put(folder, "arch/other/none.h", "");
	put(folder, "obj/none.h", "");
	scope_free char *link = file_join(folder, "linked");
	UNIT_CHECK(symlink("arch/linux", link) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_found =
			may_find(folder, cases[i].added, cases[i].option, cases[i].input);
		UNIT_CHECK(is_found == cases[i].is_found);
		if (is_found != cases[i].is_found)
			fprintf(stderr, "case %zu\n", i);
	}
}

static void test_question(const char *folder)
{
	scope_free char *asking = file_join(folder, "asking.h");
	scope_free char *other = file_join(folder, "other.h");
	put(folder, "asking.h", "int a;\n#if __has_include(\"x.h\")\n#endif\n");
	put(folder, "other.h", "#include \"x.h\"\n");
	UNIT_CHECK(file_presence_is_asked(asking));
	UNIT_CHECK(!file_presence_is_asked(other));
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_search(folder);
	test_question(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
