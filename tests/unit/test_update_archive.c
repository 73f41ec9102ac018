// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_archive.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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

/* Holes take no time. */
static void pack_archive(const char *folder, const char *archive)
{
	const char *const arguments[] = {
		"tar", "-C", folder, "-S", "-czf", archive, "ksplice-abc", NULL};
	struct process_request request = {.arguments = arguments};
	UNIT_CHECK_DONE(process_check(&request));
}

/* Packs a folder ksplice-abc with that manifest; the caller frees the path. */
static char *make_archive(const char *folder, const char *manifest)
{
	scope_free char *path = file_join(folder, "ksplice-abc/manifest.json");
	scope_free char *module = file_join(folder, "ksplice-abc/ksplice-abc-vmlinux.ko");
	char *archive = file_join(folder, "ksplice-abc.tar.gz");
	UNIT_CHECK_DONE(file_write(path, manifest, strlen(manifest)));
	UNIT_CHECK_DONE(file_write(module, "x", 1));
	pack_archive(folder, archive);
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
	UNIT_CHECK_ERROR(update_archive_open(path, &archive),
		"is damaged, or not an update (gzip: ");
}

enum strange { STRANGE_PIPE, STRANGE_DEVICE, STRANGE_LINK, STRANGE_SIZE, STRANGES };

static void make_strange(enum strange strange, const char *path, const char *other)
{
	UNIT_CHECK(!rename(path, other));
	switch (strange) {
	case STRANGE_PIPE:
		UNIT_CHECK(!mkfifo(path, 0600));
		break;
	case STRANGE_DEVICE:
		/* Only root can make one. */
		if (mknod(path, S_IFCHR | 0600, makedev(1, 5)))
			UNIT_CHECK(!mkfifo(path, 0600));
		break;
	case STRANGE_LINK:
		UNIT_CHECK(!symlink(other, path));
		break;
	default:
		UNIT_CHECK_DONE(file_write(path, "x", 1));
		UNIT_CHECK(!truncate(path, (off_t)1 << 40));
	}
}

/* What a hostile archive has in place of a file, which would be read for ever, or is a
 * file of the one who applies it. */
static void test_strangers(const char *folder)
{
	static const char *const names[] = {"manifest.json", "ksplice-abc-vmlinux.ko"};
	static const char good[] = "{\"format\":2,\"id\":\"abc\"," GOOD_TARGET "}";
	scope_free char *other = file_join(folder, "other");
	scope_free char *inside = file_join(folder, "ksplice-abc");
	for (enum strange strange = 0; strange < STRANGES; strange++) {
		for (int i = 0; i < 2; i++) {
			scope_archive struct update_archive archive = {0};
			scope_free char *path = file_join(inside, names[i]);
			scope_free char *packed = make_archive(folder, good);
			make_strange(strange, path, other);
			pack_archive(folder, packed);
			UNIT_CHECK_ERROR(update_archive_open(packed, &archive),
				strange == STRANGE_SIZE ? "larger than"
							: "not a regular file");
			UNIT_CHECK_DONE(file_remove(inside));
		}
	}
	/* A folder that is elsewhere. */
	scope_archive struct update_archive archive = {0};
	scope_free char *packed = make_archive(folder, good);
	UNIT_CHECK_DONE(file_remove(other));
	UNIT_CHECK(!rename(inside, other));
	UNIT_CHECK(!symlink(other, inside));
	pack_archive(folder, packed);
	UNIT_CHECK_ERROR(update_archive_open(packed, &archive), "exactly one folder");
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_manifest(folder);
	test_parts(folder);
	test_files(folder);
	test_strangers(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
