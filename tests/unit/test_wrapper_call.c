// SPDX-License-Identifier: GPL-2.0-or-later
/* test_wrapper_call.c - which compiler a call names, and with which arguments */
#include "ccwrap/wrapper_call.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text.h"
#include "tests/unit/program_folder.h"
#include "tests/unit/unit_test.h"

static void join(const struct argument_list *list, struct text *text)
{
	text_add(text, "");
	for (size_t i = 0; i < list->count; i++)
		text_add_format(text, "%s%s", i ? " " : "", list->items[i]);
}

static const struct {
	const char *call[8];
	const char *command;
	const char *expanded;
	size_t compiler;
	enum launcher_kind launcher;
	const char *real; /* its name; NULL: there is none */
} calls[] = {
	{{"ksplice-cc", "-c", "a.c"}, "gcc -c a.c", "gcc -c a.c", 0, LAUNCHER_NONE,
		"gcc"},
	{{"ksplice-cc", "clang-15", "-c"}, "clang-15 -c", "clang-15 -c", 0, LAUNCHER_NONE,
		"clang-15"},
	{{"ksplice-cc", "a.c"}, "gcc a.c", "gcc a.c", 0, LAUNCHER_NONE, "gcc"},
	{{"/opt/bin/ksplice-cc", "ccache", "gcc", "-c"}, "ccache gcc -c", "gcc -c", 1,
		LAUNCHER_CACHE, "gcc"},
	{{"ksplice-cc", "ccache", "max_size=5G", "sloppiness=", "gcc", "-c"},
		"ccache max_size=5G sloppiness= gcc -c", "gcc -c", 3, LAUNCHER_CACHE,
		"gcc"},
	{{"ksplice-cc", "ccache", "distcc", "gcc"}, "ccache distcc gcc", "gcc", 2,
		LAUNCHER_NETWORK, "gcc"},
	{{"ksplice-cc", "ccache", "prefix_command=distcc", "gcc"},
		"ccache prefix_command=distcc gcc", "gcc", 2, LAUNCHER_NETWORK, "gcc"},
	{{"ksplice-cc", "ccache", "-c", "a.c"}, "ccache gcc -c a.c", "gcc -c a.c", 1,
		LAUNCHER_CACHE, "gcc"},
	{{"ksplice-cc", "gcc-99", "-c"}, "gcc-99 -c", "gcc-99 -c", 0, LAUNCHER_NONE,
		NULL},
	{{"ksplice-cc", "no-such", "-c"}, "no-such -c", "no-such -c", 0, LAUNCHER_NONE,
		NULL},
	{{"ksplice-cc", "no-such.cu", "-c"}, "gcc no-such.cu -c", "gcc no-such.cu -c", 0,
		LAUNCHER_NONE, "gcc"},
	{{"ksplice-cc", "plain", "-c"}, "gcc plain -c", "gcc plain -c", 0, LAUNCHER_NONE,
		"gcc"},
	{{"ksplice-cc", "@file", "-c"}, "gcc @file -c", "gcc -DX=a b -O2 -c", 0,
		LAUNCHER_NONE, "gcc"},
	{{"clang-15", "-c"}, "clang-15 -c", "clang-15 -c", 0, LAUNCHER_NONE, "clang-15"},
};

static void test_calls(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct wrapper_call call = {0};
		scope_text struct text command = {0};
		scope_text struct text expanded = {0};
		int count = 0;
		while (calls[i].call[count])
			count++;
		wrapper_call_read(&call, count, (char **)calls[i].call);
		join(&call.command, &command);
		join(&call.expanded, &expanded);
		UNIT_CHECK_TEXT(command.data, calls[i].command);
		UNIT_CHECK_TEXT(expanded.data, calls[i].expanded);
		UNIT_CHECK(call.compiler == calls[i].compiler);
		UNIT_CHECK(call.launcher == calls[i].launcher);
		UNIT_CHECK_TEXT(call.real ? file_name(call.real) : "none",
			calls[i].real ? calls[i].real : "none");
		wrapper_call_deinit(&call);
	}
}

static void test_default(void)
{
	static const char *const arguments[] = {"ksplice-cc", "-c", NULL};
	struct wrapper_call call = {0};
	setenv("KSPLICE_COMPILER", "clang-15", 1);
	wrapper_call_read(&call, 2, (char **)arguments);
	UNIT_CHECK_TEXT(call.command.items[0], "clang-15");
	wrapper_call_deinit(&call);
	unsetenv("KSPLICE_COMPILER");
}

int main(void)
{
	static const char *const programs[] = {"gcc", "clang-15", "ccache", "distcc"};
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	UNIT_CHECK(chdir(folder) == 0);
	setenv("PATH", folder, 1);
	setenv("HOME", folder, 1);
	setenv("CCACHE_CONFIGPATH", "/dev/null", 1);
	setenv("CCACHE_CONFIGPATH2", "/dev/null", 1);
	unsetenv("CCACHE_PREFIX");
	unsetenv("KSPLICE_COMPILER");
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		free(program_folder_add(folder, programs[i], "exit 0"));
	UNIT_CHECK_DONE(file_write("plain", "int a;\n", 7));
	UNIT_CHECK_DONE(file_write("file", "'-DX=a b' -O2\n", 14));
	test_calls();
	test_default();
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
