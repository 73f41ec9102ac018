// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/seal/tar_archive.h"

#include <stdlib.h>

#include "differ/seal/zero_run.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* More than eight blocks, which are data where the pattern has an x. */
static char *make_content(const char *pattern, size_t *size)
{
	static const size_t block = 65536;
	size_t count = strlen(pattern);
	char *content = memory_allocate(count * block + 5);
	for (size_t i = 0; i < count; i++) {
		if (pattern[i] == 'x')
			content[i * block + (i * 7919) % block] = (char)(i + 1);
	}
	*size = count * block + 5;
	return content;
}

static void test_runs(void)
{
	size_t size;
	scope_free char *content = make_content("..xx.x..", &size);
	size_t start = 0;
	size_t end = 0;
	UNIT_CHECK(zero_run_find_data(content, size, &start, &end));
	UNIT_CHECK(start == 2 * 65536 && end == 4 * 65536);
	start = end;
	UNIT_CHECK(zero_run_find_data(content, size, &start, &end));
	UNIT_CHECK(start == 5 * 65536 && end == 6 * 65536);
	start = end;
	UNIT_CHECK(!zero_run_find_data(content, size, &start, &end));
	content[size - 1] = 1;
	UNIT_CHECK(zero_run_find_data(content, size, &start, &end));
	UNIT_CHECK(start == 8 * 65536 && end == size);
}

/* Holes, no holes, nothing but holes, and nothing. */
static void test_round_trip(const char *folder, const char *name)
{
	static const char *const patterns[] = {"x", "..xx.x..", "x......x", "....", ""};
	scope_free char *path = file_join(folder, name);
	struct tar_writer *writer = NULL;
	UNIT_CHECK_DONE(tar_writer_open(path, name, &writer));
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct tar_member member = {
			.path = patterns[i][0] ? patterns[i] : "empty",
			.modified = {1700000000, 123456789},
			.is_executable = i == 1,
		};
		scope_free char *content = make_content(patterns[i], &member.size);
		member.size = patterns[i][0] ? member.size : 0;
		UNIT_CHECK_DONE(tar_writer_add(writer, &member, content));
	}
	UNIT_CHECK_DONE(tar_writer_finish(writer));

	scope_text struct text archive = {0};
	scope_tar_reader struct tar_reader *reader = NULL;
	struct tar_member member;
	bool found = false;
	UNIT_CHECK_DONE(file_read(path, &archive));
	UNIT_CHECK(archive.size < 800000);
	UNIT_CHECK_DONE(tar_reader_open(name, archive.data, archive.size, &reader));
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		size_t size;
		scope_free char *content = make_content(patterns[i], &size);
		scope_free char *data = NULL;
		UNIT_CHECK_DONE(tar_reader_next(reader, &member, &found));
		UNIT_CHECK(found);
		UNIT_CHECK_TEXT(member.path, patterns[i][0] ? patterns[i] : "empty");
		UNIT_CHECK(member.size == (patterns[i][0] ? size : 0));
		UNIT_CHECK(member.is_executable == (i == 1));
		UNIT_CHECK(member.modified.tv_sec == 1700000000 &&
			   member.modified.tv_nsec == 123456789);
		UNIT_CHECK_DONE(tar_reader_read(reader, &member, &data));
		UNIT_CHECK(data && memcmp(data, content, member.size) == 0);
	}
	UNIT_CHECK_DONE(tar_reader_next(reader, &member, &found));
	UNIT_CHECK(!found);
}

static void test_problems(const char *folder)
{
	struct tar_writer *writer = NULL;
	struct tar_reader *reader = NULL;
	scope_free char *missing = file_join(folder, "missing/x.tar");
	UNIT_CHECK_ERROR(tar_writer_open(folder, "x.zip", &writer), "unknown-suffix");
	UNIT_CHECK_ERROR(tar_writer_open(missing, "x.tar", &writer), "No such file");
	UNIT_CHECK_ERROR(tar_reader_open("x", "no archive", 10, &reader), "x: ");
	UNIT_CHECK(!writer && !reader);
}

int main(void)
{
	static const char *const names[] = {"a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst"};
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_runs();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		test_round_trip(folder, names[i]);
	test_problems(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
