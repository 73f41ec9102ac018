// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/build_trace.h"

#include <stdlib.h>
#include <string.h>

#include "abi/seal.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "tests/unit/unit_test.h"

static void put(const char *folder, const char *path, const char *text)
{
	scope_free char *full = file_join(folder, path);
	UNIT_CHECK_DONE(file_write(full, text, strlen(text)));
}

static bool is_recorded(const char *product, void *context)
{
	return strcmp(product, context) == 0;
}

static struct kernel_tree tree_of(char *objects)
{
	return (struct kernel_tree){.objects = objects,
		.source = "/src",
		.built_objects = "/built/o",
		.built_source = "/built/src"};
}

static void check(const struct kernel_tree *tree, const char *file, const char *wanted)
{
	scope_build_trace struct build_trace trace = {0};
	UNIT_CHECK_DONE(
		build_trace_read(tree, is_recorded, "kernel/known.o", &file, 1, &trace));
	size_t count;
	const struct traced_file *made = build_trace_list(&trace, file, &count);
	const char *product = count ? made->product : NULL;
	UNIT_CHECK(!product == !wanted);
	if (product && wanted)
		UNIT_CHECK_TEXT(product, wanted);
}

static void test_tree(char *folder)
{
	struct kernel_tree tree = tree_of(folder);
	scope_build_trace struct build_trace none = {0};
	UNIT_CHECK_ERROR(build_trace_read(&tree, is_recorded, "", NULL, 0, &none),
		"no-build-trace");
	put(folder, "kernel/.known.o.cmd",
		"cmd_kernel/known.o := gcc /src/kernel/known.c\n");
	put(folder, "lib/.gen.cmd",
		"cmd_lib/gen := gcc -o lib/gen ../src/lib/gen.c\n\n"
		"deps_lib/gen := \\\n  /built/src/lib/../include/a.h \\\n"
		"  $(wildcard include/config/A) \\\n");
	put(folder, "arch/.b.o.cmd",
		"cmd := gcc /src/lib/gen.c </src/x.uc -f'/src/y.awk'\n");
	put(folder, "arch/x86/boot/.a.o.cmd", "cmd := gcc /src/both.c /src/boot.c\n");
	put(folder, "arch/x86/purgatory/.a.o.cmd", "cmd := gcc /src/both.c\n");
	put(folder, ".git/.z.o.cmd", "cmd := gcc /src/z.c\n");
	put(folder, "lib/.lib.a.cmd", "cmd := ar /src/w.c\n");
	check(&tree, "source:kernel/known.c", NULL);
	/* of two products the first by name; the build's place counts as the present one
	 */
	check(&tree, "source:lib/gen.c", "arch/b.o");
	check(&tree, "source:include/a.h", "lib/gen");
	check(&tree, "source:x.uc", "arch/b.o");
	/* … but boot code, whose time is over, hides nothing */
	check(&tree, "source:both.c", "arch/x86/purgatory/a.o");
	check(&tree, "source:boot.c", "arch/x86/boot/a.o");
	check(&tree, "source:gen.c", NULL);
	/* by the name alone, in any folder */
	check(&tree, BUILD_TRACE_NAME "a.h", "lib/gen");
	check(&tree, BUILD_TRACE_NAME "both.c", "arch/x86/purgatory/a.o");
	check(&tree, BUILD_TRACE_NAME "h", NULL);
	check(&tree, "source:z.c", NULL);
	check(&tree, "source:w.c", NULL);
}

/* A seal has what was found, and few commands. */
static void test_seal(char *folder)
{
	struct kernel_tree tree = tree_of(folder);
	scope_build_trace struct build_trace all = {0};
	UNIT_CHECK_DONE(
		build_trace_read(&tree, is_recorded, "kernel/known.o", NULL, 0, &all));
	UNIT_CHECK(all.count == 5);
	scope_free char *text = build_trace_print(&all);
	scope_free char *arch = file_join(folder, "arch");
	scope_free char *lib = file_join(folder, "lib");
	UNIT_CHECK_DONE(file_remove(arch));
	UNIT_CHECK_DONE(file_remove(lib));
	check(&tree, "source:lib/gen.c", NULL);
	put(folder, KSPLICE_SEAL_MANIFEST, "{}");
	scope_build_trace struct build_trace none = {0};
	UNIT_CHECK_ERROR(build_trace_read(&tree, is_recorded, "", NULL, 0, &none),
		"no-build-trace");
	put(folder, KSPLICE_SEAL_TRACE, text);
	check(&tree, "source:lib/gen.c", "arch/b.o");
	check(&tree, "source:include/a.h", "lib/gen");
	check(&tree, "source:other.c", NULL);
	check(&tree, BUILD_TRACE_NAME "a.h", "lib/gen");
}

int main(void)
{
	char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("test_build_trace", &folder));
	test_tree(folder);
	test_seal(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	free(folder);
	return unit_end();
}
