// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/seal_join.h"

#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "differ/tree/seal_manifest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

static void put(const char *folder, const char *name, const char *content)
{
	scope_free char *path = file_join(folder, name);
	UNIT_CHECK_DONE(file_make_parent(path));
	UNIT_CHECK_DONE(file_write(path, content, strlen(content)));
}

/* What the file holds, read through whatever links; "" if it is not there. */
static char *get(const char *folder, const char *name)
{
	scope_text struct text text = {0};
	scope_free char *path = file_join(folder, name);
	struct error *error = file_read(path, &text);
	bool is_there = !error;
	error_free(error);
	return memory_copy_text(is_there ? text.data : "");
}

static void check_file(const char *folder, const char *name, const char *content)
{
	scope_free char *found = get(folder, name);
	UNIT_CHECK_TEXT(found, content);
}

static void check_kind(const char *folder, const char *name, mode_t kind)
{
	struct stat status = {0};
	scope_free char *path = file_join(folder, name);
	UNIT_CHECK(lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == kind);
}

static void test_join(const char *work)
{
	scope_free char *sealed = file_join(work, "seal-1234");
	scope_free char *source = file_join(work, "source");
	scope_free char *joined = NULL;
	struct seal_file files[] = {
		{.path = (char *)"fs/generated.h"}, {.path = (char *)"vmlinux"}};
	const struct seal_manifest manifest = {.files = files, .file_count = 2};
	put(sealed, ".ksplice/seal.json", "manifest");
	put(sealed, ".ksplice/index.db", "an index");
	put(sealed, "fs/generated.h", "generated");
	put(sealed, "vmlinux", "vmlinux");
	put(source, "Kbuild", "kbuild");
	put(source, "fs/pipe.c", "pipe");
	put(source, "fs/generated.h", "belongs to another build");
	put(source, "doc/deep/text", "text");
	put(source, ".git/config", "git");
	put(source, ".ksplice/fs/pipe.o.json.zst", "a record");
	UNIT_CHECK_DONE(seal_join(sealed, &manifest, source, &joined));
	if (!joined)
		return;
	UNIT_CHECK(text_has_prefix(joined, sealed));
	/* The seal's files are the seal's own, also where the source has one. */
	check_file(joined, "vmlinux", "vmlinux");
	check_file(joined, "fs/generated.h", "generated");
	check_file(joined, ".ksplice/seal.json", "manifest");
	check_kind(joined, "fs/generated.h", S_IFREG);
	/* All else is the source's, in folders of our own. */
	check_file(joined, "fs/pipe.c", "pipe");
	check_file(joined, "doc/deep/text", "text");
	check_kind(joined, "fs/pipe.c", S_IFLNK);
	check_kind(joined, "doc/deep", S_IFDIR);
	check_file(joined, ".git/config", "");
	check_file(joined, ".ksplice/fs/pipe.o.json.zst", "");
	check_file(joined, ".ksplice/index.db", "");

	/* The second time: what is new there, and what was made in it stays. */
	scope_free char *again = NULL;
	put(joined, ".ksplice/index.db", "its own index");
	put(source, "fs/new.c", "new");
	put(source, "fs/pipe.c", "changed");
	UNIT_CHECK_DONE(seal_join(sealed, &manifest, source, &again));
	UNIT_CHECK_TEXT(again, joined);
	check_file(joined, "fs/new.c", "new");
	check_file(joined, "fs/pipe.c", "changed");
	check_file(joined, ".ksplice/index.db", "its own index");
	check_file(sealed, ".ksplice/index.db", "an index");

	/* The seals' folder is in the source tree. */
	scope_free char *inner = file_join(source, "cache/seal-9");
	scope_free char *inner_joined = NULL;
	put(inner, ".ksplice/seal.json", "manifest");
	put(inner, "fs/generated.h", "generated");
	put(inner, "vmlinux", "vmlinux");
	UNIT_CHECK_DONE(seal_join(inner, &manifest, source, &inner_joined));
	check_file(inner_joined, "fs/pipe.c", "changed");
	scope_free char *nested = file_join(inner_joined, "cache");
	UNIT_CHECK(!file_exists(nested));

	scope_free char *other = file_join(work, "other");
	scope_free char *third = NULL;
	put(other, "Kbuild", "other");
	UNIT_CHECK_DONE(seal_join(sealed, &manifest, other, &third));
	UNIT_CHECK(third && strcmp(third, joined) != 0);
	check_file(third, "fs/pipe.c", "");
}

static void test_refusals(const char *work)
{
	scope_free char *sealed = file_join(work, "seal-5678");
	scope_free char *source = file_join(work, "configured");
	scope_free char *joined = NULL;
	const struct seal_manifest manifest = {0};
	put(sealed, ".ksplice/seal.json", "manifest");
	put(source, ".config", "CONFIG_X=y");
	UNIT_CHECK_ERROR(
		seal_join(sealed, &manifest, source, &joined), "source-not-clean");
	scope_free char *missing = file_join(work, "missing");
	UNIT_CHECK_ERROR(seal_join(sealed, &manifest, missing, &joined), "No such file");
	/* A file that the manifest names and the folder lacks: nothing is left behind. */
	struct seal_file file = {.path = (char *)"vmlinux"};
	const struct seal_manifest wrong = {.files = &file, .file_count = 1};
	scope_free char *clean = file_join(work, "clean");
	put(clean, "Kbuild", "");
	UNIT_CHECK_ERROR(seal_join(sealed, &wrong, clean, &joined), "vmlinux");
	UNIT_CHECK(!joined);
	glob_t left = {0};
	scope_free char *pattern = memory_format("%s-*", sealed);
	UNIT_CHECK(glob(pattern, 0, NULL, &left) == GLOB_NOMATCH);
	globfree(&left);
}

int main(void)
{
	scope_free char *work = NULL;
	UNIT_CHECK_DONE(file_make_temporary("test_seal_join", &work));
	test_join(work);
	test_refusals(work);
	UNIT_CHECK_DONE(file_remove(work));
	return unit_end();
}
