// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/record_relocation.h"

#include <stdlib.h>

#include "differ/tree/build_record.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "tests/unit/unit_test.h"

/* The object tree apart from the source tree, inside of it, and both in one. */
static const struct kernel_tree apart = {
	.objects = "/new/objects",
	.source = "/new/source",
	.built_objects = "/old/objects",
	.built_source = "/old/linux",
};
static const struct kernel_tree inside = {
	.objects = "/new/objects",
	.source = "/new/source",
	.built_objects = "/old/linux/build",
	.built_source = "/old/linux",
};
static const struct kernel_tree one = {
	.objects = "/new/linux",
	.source = "/new/linux",
	.built_objects = "/old/linux",
	.built_source = "/old/linux",
};

static void test_words(void)
{
	static const struct {
		const struct kernel_tree *tree;
		const char *word;
		const char *wanted;
	} cases[] = {
		{&apart, "-I/old/linux/include", "-I/new/source/include"},
		{&apart, "-I./include/generated", "-I./include/generated"},
		{&apart, "-I/old/objects/include", "-I/new/objects/include"},
		{&apart, "/old/linux/include/linux/kconfig.h",
			"/new/source/include/linux/kconfig.h"},
		{&apart, "-include/old/linux/x.h", "-include/new/source/x.h"},
		{&apart, "-isystem/old/linux/x", "-isystem/new/source/x"},
		{&apart, "-isystem", "-isystem"},
		{&apart, "-fmacro-prefix-map=/old/linux/=",
			"-fmacro-prefix-map=/new/source/="},
		{&apart, "-ffile-prefix-map=/old/linux=/old/objects/.",
			"-ffile-prefix-map=/new/source=/new/objects"},
		{&apart, "-Wp,-MMD,/old/objects/a.d", "-Wp,-MMD,/new/objects/a.d"},
		{&apart, "-fplugin=/old/objects/scripts/x.so",
			"-fplugin=/new/objects/scripts/x.so"},
		{&apart, "/old/linux", "/new/source"},
		{&apart, "/old/linux/", "/new/source/"},
		/* other folders, and folders that only begin alike */
		{&apart, "-I/usr/include", "-I/usr/include"},
		{&apart, "-I/old/linux-6.1/include", "-I/old/linux-6.1/include"},
		{&apart, "-I/x/old/linux", "-I/x/old/linux"},
		/* a string that the code has */
		{&apart, "-DNAME=\"/old/linux/x\"", "-DNAME=\"/old/linux/x\""},
		{&apart, "-DTRACE_INCLUDE_PATH=/old/linux/x",
			"-DTRACE_INCLUDE_PATH=/new/source/x"},
		{&apart, "", ""},
		{&apart, "../linux/kernel", "/new/source/kernel"},
		{&apart, "../objects/kernel", "../objects/kernel"},
		{&inside, "-I../include", "-I/new/source/include"},
		{&inside, "-I./include/generated", "-I./include/generated"},
		{&inside, "-fmacro-prefix-map=../=", "-fmacro-prefix-map=/new/source/="},
		{&inside, "../kernel/fork.c", "/new/source/kernel/fork.c"},
		{&inside, "kernel/../../kernel/x.c", "/new/source/kernel/x.c"},
		{&inside, "..", "/new/source"},
		{&inside, "/old/linux/build/include", "/new/objects/include"},
		{&inside, "...", "..."},
		{&one, "-I./include", "-I./include"},
		{&one, "kernel/../mm/slab.h", "kernel/../mm/slab.h"},
		{&one, "/old/linux/mm/slab.h", "/new/linux/mm/slab.h"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scope_free char *mapped = relocation_map_word(
			cases[i].tree, cases[i].tree->built_objects, cases[i].word);
		UNIT_CHECK_TEXT(mapped, cases[i].wanted);
	}
}

static void make_record(const char *folder, const char *source, struct record *record)
{
	struct json_t *arguments = json_make_array();
	struct json_t *inputs = json_make_array();
	record->json = json_make_object();
	json_put(record->json, "argv", arguments);
	json_put(record->json, "inputs", inputs);
	json_append_text(arguments, "gcc");
	json_append_text(arguments, "-c");
	json_append_text(arguments, source);
	json_append_text(inputs, source);
	json_append_text(inputs, "./include/generated/autoconf.h");
	json_put_text(record->json, "source", source);
	json_put_text(record->json, "cwd", folder);
	record->source = json_find_text(record->json, "source");
	record->folder = json_find_text(record->json, "cwd");
	record->arguments = arguments;
	record->inputs = inputs;
}

static void test_record(void)
{
	scope_record struct record record = {0};
	make_record("/old/linux/build", "../kernel/fork.c", &record);
	record_relocate(&inside, &record);
	UNIT_CHECK_TEXT(record.folder, "/new/objects");
	UNIT_CHECK_TEXT(record.source, "/new/source/kernel/fork.c");
	UNIT_CHECK_TEXT(json_find_item_text(record.inputs, 0), record.source);
	UNIT_CHECK_TEXT(
		json_find_item_text(record.inputs, 1), "./include/generated/autoconf.h");
	/* __FILE__ spells the source as the build did, unless the command says otherwise
	 */
	UNIT_CHECK(json_count_items(record.arguments) == 5);
	UNIT_CHECK_TEXT(json_find_item_text(record.arguments, 0), "gcc");
	UNIT_CHECK_TEXT(json_find_item_text(record.arguments, 1),
		"-fmacro-prefix-map=/new/source/=../");
	UNIT_CHECK_TEXT(json_find_item_text(record.arguments, 2),
		"-fmacro-prefix-map=/new/objects/=/old/linux/build/");
	UNIT_CHECK_TEXT(json_find_item_text(record.arguments, 4), record.source);
}

/* A source that the build generated. */
static void test_generated(void)
{
	scope_record struct record record = {0};
	make_record("/old/objects", "lib/table.c", &record);
	record_relocate(&apart, &record);
	UNIT_CHECK_TEXT(record.source, "lib/table.c");
	UNIT_CHECK_TEXT(json_find_item_text(record.arguments, 1),
		"-fmacro-prefix-map=/new/source/=/old/linux/");
}

static void test_unmoved(void)
{
	static const struct kernel_tree here = {.objects = "/o",
		.source = "/s",
		.built_objects = "/o",
		.built_source = "/s"};
	scope_record struct record record = {0};
	make_record("/o", "/s/kernel/fork.c", &record);
	record_relocate(&here, &record);
	UNIT_CHECK_TEXT(record.source, "/s/kernel/fork.c");
	UNIT_CHECK(json_count_items(record.arguments) == 3);
}

static void test_related(void)
{
	static const struct {
		const struct kernel_tree *tree;
		const char *path;
		const char *wanted;
	} cases[] = {
		{&inside, "/old/linux/kernel/fork.c", "source:kernel/fork.c"},
		{&inside, "/new/source/kernel/fork.c", "source:kernel/fork.c"},
		{&inside, "/old/linux/build/include/x.h", "object:include/x.h"},
		{&inside, "/new/objects/include/x.h", "object:include/x.h"},
		{&one, "/old/linux/include/x.h", "source:include/x.h"},
		{&one, "/usr/include/x.h", "/usr/include/x.h"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scope_free char *related =
			kernel_tree_relate_path(cases[i].tree, cases[i].path);
		UNIT_CHECK_TEXT(related, cases[i].wanted);
	}
}

int main(void)
{
	test_words();
	test_record();
	test_generated();
	test_unmoved();
	test_related();
	return unit_end();
}
