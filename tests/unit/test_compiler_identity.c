// SPDX-License-Identifier: GPL-2.0-or-later
/* test_compiler_identity.c - what is asked of a compiler, and when it is asked again */
#include "ccwrap/compiler_identity.h"

#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/program_folder.h"
#include "tests/unit/unit_test.h"

static const char *folder;

/* A compiler that counts its calls; SAYS is run where a plugin would be loaded. */
#define COMPILER(version, says)                                                          \
	"echo >>\"$0.calls\"\n"                                                          \
	"case $1 in\n"                                                                   \
	"--version) echo '" version                                                      \
	"'; echo 'Copyright (C) Free Software Foundation, Inc.' ;;\n"                    \
	"-dumpversion) echo 12 ;;\n"                                                     \
	"*) " says " ;;\n"                                                               \
	"esac"

static size_t count_calls(const char *compiler)
{
	scope_free char *path = memory_format("%s.calls", compiler);
	scope_text struct text calls = {0};
	scope_error struct error *error = file_read(path, &calls);
	return error ? 0 : calls.size;
}

static void test_reasons(void)
{
	static const struct {
		const char *script;
		const char *reason; /* NULL: the plugin works */
	} compilers[] = {
		{COMPILER("gcc 12.2", "echo '{' >\"$KSPLICE_UNIT\""), NULL},
		{COMPILER("gcc 12.2", "echo '!plugin-other-gcc' >\"$KSPLICE_UNIT\""),
			"plugin-other-gcc"},
		{COMPILER("gcc 12.2", "exit 1"), "plugin-not-loaded"},
		{COMPILER("gcc 12.2", "exit 0"), "plugin-not-loaded"},
		{"echo clang 15", "compiler-not-gcc"},
		{"exit 1", "compiler-not-found"},
	};
	for (size_t i = 0; i < sizeof(compilers) / sizeof(compilers[0]); i++) {
		struct compiler_identity identity = {0};
		scope_free char *path =
			program_folder_add(folder, "gcc", compilers[i].script);
		compiler_identity_ask(&identity, path);
		UNIT_CHECK_TEXT(identity.reason ? identity.reason : "none",
			compilers[i].reason ? compilers[i].reason : "none");
		compiler_identity_deinit(&identity);
	}
}

/* Reads it; gives how many times the compiler was run for that. */
static size_t read_calls(const char *compiler, const char *records, const char *version,
	const char *reason)
{
	struct compiler_identity identity = {0};
	size_t before = count_calls(compiler);
	compiler_identity_read(&identity, compiler, records);
	UNIT_CHECK_TEXT(identity.version, version);
	UNIT_CHECK(identity.major == 12);
	UNIT_CHECK_TEXT(identity.reason ? identity.reason : "none", reason);
	compiler_identity_deinit(&identity);
	return count_calls(compiler) - before;
}

static void test_kept(const char *plugin)
{
	static const char works[] = COMPILER("gcc 12.2", "echo '{' >\"$KSPLICE_UNIT\"");
	static const char newer[] = COMPILER("gcc 12.3", "echo '{' >\"$KSPLICE_UNIT\"");
	scope_free char *records = file_join(folder, ".ksplice");
	scope_free char *path = program_folder_add(folder, "gcc-12", works);
	/* No folder is made to keep an answer, so it is asked each time. */
	UNIT_CHECK(read_calls(path, records, "gcc 12.2", "none") == 3);
	UNIT_CHECK(!file_exists(records));
	UNIT_CHECK(read_calls(path, records, "gcc 12.2", "none") == 3);
	UNIT_CHECK_DONE(file_make_folder(records));
	UNIT_CHECK(read_calls(path, records, "gcc 12.2", "none") == 3);
	UNIT_CHECK(read_calls(path, records, "gcc 12.2", "none") == 0);
	/* Another compiler in its place, a plugin less, and another plugin. */
	free(program_folder_add(folder, "gcc-12", newer));
	UNIT_CHECK(read_calls(path, records, "gcc 12.3", "none") == 3);
	UNIT_CHECK(read_calls(path, records, "gcc 12.3", "none") == 0);
	UNIT_CHECK_DONE(file_remove(plugin));
	UNIT_CHECK(read_calls(path, records, "gcc 12.3", "plugin-missing") == 2);
	UNIT_CHECK(read_calls(path, records, "gcc 12.3", "plugin-missing") == 0);
	UNIT_CHECK_DONE(file_write(plugin, "other", 5));
	UNIT_CHECK(read_calls(path, records, "gcc 12.3", "none") == 3);
}

int main(void)
{
	scope_free char *made = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &made));
	folder = made;
	setenv("KSPLICE_LIBDIR", folder, 1);
	scope_free char *plugin = file_join(folder, "ksplice-plugin-12.so");
	UNIT_CHECK_DONE(file_write(plugin, "plugin", 6));
	test_reasons();
	test_kept(plugin);
	UNIT_CHECK_DONE(file_remove(made));
	return unit_end();
}
