// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_file.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

static char *root;

static char *path_of(const char *name)
{
	return memory_format("%s/%s/%s", root, KSPLICE_RECORD_DIR, name);
}

/* About as long, and as much alike, as two records are. */
static void make_record(struct text *json, int number)
{
	text_add_format(json, "{\"number\":%d,\"inputs\":[", number);
	for (unsigned i = 0; i < 1000; i++)
		text_add_format(json, "\"include/%x/header%u.h\",", i * 2654435761u, i);
	text_add(json, "\"\"]}\n");
}

static void write_record(const char *name, const struct text *json)
{
	scope_free char *folder = memory_format("%s/%s", root, KSPLICE_RECORD_DIR);
	scope_free char *path = path_of(name);
	UNIT_CHECK_DONE(record_file_write(folder, path, json));
}

static void check_record(const char *name, const struct text *json)
{
	scope_text struct text read = {0};
	scope_free char *path = path_of(name);
	UNIT_CHECK_DONE(record_file_read(path, &read));
	UNIT_CHECK(read.size == json->size);
	UNIT_CHECK(memcmp(read.data, json->data, json->size) == 0);
}

static long size_of(const char *name)
{
	struct stat status;
	scope_free char *path = path_of(name);
	return stat(path, &status) ? -1 : (long)status.st_size;
}

static void test_dictionary(void)
{
	scope_text struct text small = {0};
	scope_text struct text first = {0};
	scope_text struct text second = {0};
	text_add(&small, "{\"format\":2}\n");
	make_record(&first, 1);
	make_record(&second, 2);
	write_record("small", &small);
	UNIT_CHECK(size_of(KSPLICE_RECORD_DICTIONARY) < 0);
	write_record("deep/first", &first);
	UNIT_CHECK(size_of(KSPLICE_RECORD_DICTIONARY) == size_of("deep/first"));
	/* Stored, because it is unpacked for each record that follows. */
	UNIT_CHECK(size_of(KSPLICE_RECORD_DICTIONARY) > (long)first.size);
	write_record("second", &second);
	UNIT_CHECK(size_of("second") * 10 < size_of("deep/first"));
	check_record("small", &small);
	check_record("deep/first", &first);
	check_record("second", &second);
	/* The dictionary stays what it was when the record it came from does not. */
	write_record("deep/first", &second);
	check_record("deep/first", &second);
	check_record("second", &second);
}

static void test_damage(void)
{
	scope_text struct text read = {0};
	scope_text struct text file = {0};
	scope_free char *path = path_of("second");
	scope_free char *dictionary = path_of(KSPLICE_RECORD_DICTIONARY);
	UNIT_CHECK_DONE(file_read(path, &file));
	UNIT_CHECK_DONE(file_write(path, file.data, file.size / 2));
	UNIT_CHECK_ERROR(record_file_read(path, &read), path);
	file.data[file.size - 6] ^= 1;
	UNIT_CHECK_DONE(file_write(path, file.data, file.size));
	UNIT_CHECK_ERROR(record_file_read(path, &read), path);
	file.data[file.size - 6] ^= 1;
	UNIT_CHECK_DONE(file_write(path, file.data, file.size));
	UNIT_CHECK_DONE(file_remove(dictionary));
	UNIT_CHECK_ERROR(record_file_read(path, &read), path);
	UNIT_CHECK_DONE(file_write(dictionary, "garbage", 7));
	UNIT_CHECK_ERROR(record_file_read(path, &read), KSPLICE_RECORD_DICTIONARY);
	UNIT_CHECK(read.size == 0);
	/* A garbled dictionary does not keep a record from being written. */
	UNIT_CHECK_DONE(file_remove(path));
	scope_text struct text json = {0};
	make_record(&json, 3);
	write_record("third", &json);
	check_record("third", &json);
}

static void test_plain(void)
{
	scope_text struct text read = {0};
	scope_free char *path = memory_format("%s/plain.json", root);
	UNIT_CHECK_DONE(file_write(path, "{}\n", 3));
	UNIT_CHECK_DONE(record_file_read(path, &read));
	UNIT_CHECK_TEXT(read.data, "{}\n");
	UNIT_CHECK_DONE(record_file_write(NULL, path, &read));
	read.size = 0;
	UNIT_CHECK_DONE(record_file_read(path, &read));
	UNIT_CHECK_TEXT(read.data, "{}\n");
	scope_free char *missing = memory_format("%s/missing", root);
	UNIT_CHECK_ERROR(record_file_read(missing, &read), missing);
}

int main(void)
{
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &root));
	test_dictionary();
	test_damage();
	test_plain();
	UNIT_CHECK_DONE(file_remove(root));
	free(root);
	return unit_end();
}
