// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/product_proof.h"

#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "tests/unit/unit_test.h"

static void put(const char *folder, const char *name, const char *text)
{
	scope_free char *path = file_join(folder, name);
	UNIT_CHECK_DONE(file_write(path, text, strlen(text)));
}

/* What is no compile is not run, since it could write into the tree. */
static void test_other_programs(char *folder)
{
	struct kernel_tree tree = {.objects = folder,
		.source = "/src",
		.built_objects = folder,
		.built_source = "/src"};
	struct product_claim claims[] = {
		{"a.c", "script", false, false},
		{"a.c", "redirected", false, false},
		{"a.c", "missing", false, false},
		{"a.c", "list", false, false},
	};
	scope_free char *work = file_join(folder, "work");
	scope_free char *written = file_join(folder, "written");
	put(folder, ".script.cmd", "cmd_script := sh -c 'echo >written' a.c\n");
	put(folder, ".redirected.cmd", "cmd_redirected := gcc a.c >written\n");
	put(folder, ".list.cmd", "cmd_list := gcc @written a.c\n");
	UNIT_CHECK_DONE(product_proof_run(&tree, folder, work, claims, 4));
	for (int i = 0; i < 4; i++)
		UNIT_CHECK(!claims[i].is_same);
	UNIT_CHECK(!file_exists(written));
	UNIT_CHECK(!file_exists(work));
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_other_programs(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
