// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_archive.h"

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "tests/unit/unit_test.h"

/* The module is "x". */
#define DIGESTS                                                                          \
	",\"digests\":{\"ksplice-abc-vmlinux.ko\":\"5c7401c0ec22eeeeeaf06c6480b2cd11\"}"
#define GOOD_TARGET                                                                      \
	"\"targets\":[{\"name\":\"vmlinux\",\"build_id\":\"abcd\","                      \
	"\"module\":\"ksplice-abc-vmlinux.ko\"}]" DIGESTS

/* Packs a folder ksplice-abc with that manifest; the caller frees the path. */
static char *make_archive(const char *folder, const char *manifest)
{
	scope_free char *path = file_join(folder, "ksplice-abc/manifest.json");
	scope_free char *module = file_join(folder, "ksplice-abc/ksplice-abc-vmlinux.ko");
	char *archive = file_join(folder, "ksplice-abc.tar.gz");
	const char *const arguments[] = {
		"tar", "-C", folder, "-czf", archive, "ksplice-abc", NULL};
	struct process_request request = {.arguments = arguments};
	UNIT_CHECK_DONE(file_write(path, manifest, strlen(manifest)));
	UNIT_CHECK_DONE(file_write(module, "x", 1));
	UNIT_CHECK_DONE(process_check(&request));
	return archive;
}

static void check_refused(const char *folder, const char *manifest, const char *problem)
{
	scope_archive struct update_archive archive = {0};
	scope_free char *path = make_archive(folder, manifest);
	UNIT_CHECK_ERROR(update_archive_open(path, &archive), problem);
	UNIT_CHECK(!archive.folder && !archive.id);
}

static void test_manifest(const char *folder)
{
	scope_archive struct update_archive archive = {0};
	scope_free char *path =
		make_archive(folder, "{\"format\":2,\"id\":\"abc\"," GOOD_TARGET
				     ",\"kernel\":{\"release\":\"6.1\"}}");
	UNIT_CHECK_DONE(update_archive_open(path, &archive));
	UNIT_CHECK_TEXT(archive.id, "abc");
	UNIT_CHECK(archive.part_count == 1 && archive.parts[0].is_image);
	UNIT_CHECK_TEXT(archive.parts[0].build_id, "abcd");
	UNIT_CHECK_TEXT(archive.parts[0].module_name, "ksplice_abc");
	UNIT_CHECK(file_exists(archive.parts[0].module_path));
	UNIT_CHECK_TEXT(update_archive_kernel(&archive, "release"), "6.1");
	UNIT_CHECK_TEXT(update_archive_kernel(&archive, "version"), "");
	UNIT_CHECK_TEXT(update_archive_created(&archive), "");
	scope_free char *unpacked = memory_copy_text(archive.folder);
	update_archive_deinit(&archive);
	UNIT_CHECK(!file_exists(unpacked));

	check_refused(folder, "{\"format\":1}", "has manifest format 1");
	check_refused(folder, "{\"format\":2}", "has no valid id");
	/* an id becomes a path */
	check_refused(folder, "{\"format\":2,\"id\":\"../etc\"," GOOD_TARGET "}",
		"has no valid id");
	check_refused(folder, "{\"format\":2,\"id\":\"abc\"}", "has no target");
	check_refused(folder,
		"{\"format\":2,\"id\":\"abc\",\"targets\":[{\"name\":\"vmlinux\","
		"\"build_id\":\"ab\",\"module\":\"../x.ko\"}]}",
		"a part has no valid target");
	/* it becomes a path, too */
	check_refused(folder,
		"{\"format\":2,\"id\":\"abc\",\"targets\":[{\"name\":\"../ext4\","
		"\"build_id\":\"ab\",\"module\":\"x.ko\"}]}",
		"a part has no valid target");
	check_refused(folder,
		"{\"format\":2,\"id\":\"abc\",\"targets\":[{\"name\":\"vmlinux\","
		"\"build_id\":\"ab\",\"module\":\"x.ko\"}]}",
		"its module is missing");
	check_refused(folder,
		"{\"format\":2,\"id\":\"abc\",\"targets\":[{\"name\":\"vmlinux\","
		"\"build_id\":\"ab\",\"module\":\"ksplice-abc-vmlinux.ko\"}]}",
		"is damaged: ksplice-abc-vmlinux.ko does not agree");
	check_refused(folder,
		"{\"format\":2,\"id\":\"abc\",\"targets\":[{\"name\":\"vmlinux\","
		"\"build_id\":\"ab\",\"module\":\"ksplice-abc-vmlinux.ko\"}],"
		"\"digests\":{\"ksplice-abc-vmlinux.ko\":\"00\"}}",
		"is damaged: ksplice-abc-vmlinux.ko does not agree");
}

#define PART(name, kind, loaded_as)                                                      \
	"{\"name\":\"" name "\",\"kind\":\"" kind "\",\"build_id\":\"ab\","              \
	"\"module\":\"ksplice-abc-vmlinux.ko\",\"loaded_as\":\"" loaded_as "\"}"
#define PARTS(parts) "{\"format\":2,\"id\":\"abc\",\"targets\":[" parts "]" DIGESTS "}"

static void test_parts(const char *folder)
{
	scope_archive struct update_archive archive = {0};
	scope_free char *path = make_archive(
		folder, PARTS(PART("vmlinux", "image", "ksplice_abc") "," PART(
				"ext4", "module", "ksplice_abc_ext4")));
	UNIT_CHECK_DONE(update_archive_open(path, &archive));
	UNIT_CHECK(archive.part_count == 2);
	UNIT_CHECK(!archive.parts[1].is_image);
	UNIT_CHECK_TEXT(archive.parts[1].target, "ext4");
	UNIT_CHECK_TEXT(archive.parts[1].module_name, "ksplice_abc_ext4");

	check_refused(folder, PARTS(PART("ext4", "disk", "ksplice_abc_ext4")),
		"is of the unknown kind disk");
	check_refused(folder, PARTS(PART("vmlinux", "module", "ksplice_abc")),
		"is of the unknown kind module");
	/* names of modules that are not this update's */
	check_refused(folder, PARTS(PART("ext4", "module", "ext4")),
		"has the name of another module");
	check_refused(folder, PARTS(PART("ext4", "module", "ksplice_abcd_ext4")),
		"has the name of another module");
	check_refused(folder, PARTS(PART("ext4", "module", "ksplice_abc_../ext4")),
		"has the name of another module");
	check_refused(folder,
		PARTS(PART("ext4", "module", "ksplice_abc_ext4") "," PART(
			"ext4", "module", "ksplice_abc_e")),
		"has a target twice");
	check_refused(folder,
		PARTS(PART("ext4", "module", "ksplice_abc_e") "," PART(
			"xfs", "module", "ksplice_abc_e")),
		"has a target twice");
	check_refused(folder, PARTS(""), "has no target");
}

static void test_files(const char *folder)
{
	scope_archive struct update_archive archive = {0};
	scope_free char *path = file_join(folder, "text.tar.gz");
	UNIT_CHECK_ERROR(
		update_archive_open("/nowhere.tar.gz", &archive), "No such file");
	UNIT_CHECK_ERROR(update_archive_open(folder, &archive), "is a folder");
	UNIT_CHECK_DONE(file_write(path, "hello", 5));
	UNIT_CHECK_ERROR(update_archive_open(path, &archive), "is damaged, or not an update (gzip: ");
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_manifest(folder);
	test_parts(folder);
	test_files(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
