// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/record_file.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "abi/record.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

/* Higher levels save little space and take much time. */
#define RECORD_FILE_LEVEL 1

/* In bytes. A shorter record has too little in common with the others. */
#define RECORD_FILE_DICTIONARY_SIZE 16384

/* Records are far smaller; a frame that claims more is damaged. */
#define RECORD_FILE_LIMIT (256u << 20)

static char *record_file_get_dictionary(const char *folder)
{
	return file_join(folder, KSPLICE_RECORD_DICTIONARY);
}

static struct error *record_file_pack(const struct text *json,
	const struct text *dictionary, int level, struct text *packed)
{
	size_t bound = ZSTD_compressBound(json->size);
	char *output = text_reserve(packed, bound);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	if (!context)
		return error_failed("zstd: cannot start");
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_refPrefix(context, dictionary->data, dictionary->size);
	size_t size = ZSTD_compress2(context, output, bound, json->data, json->size);
	ZSTD_freeCCtx(context);
	if (ZSTD_isError(size))
		return error_failed("zstd: %s", ZSTD_getErrorName(size));
	text_extend(packed, size);
	return NULL;
}

static bool record_file_is_packed(const struct text *file)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 */
	return file->size >= sizeof(magic) &&
	       memcmp(file->data, magic, sizeof(magic)) == 0;
}

static struct error *record_file_unpack(const char *path, const struct text *packed,
	const struct text *dictionary, struct text *text)
{
	unsigned long long size = ZSTD_getFrameContentSize(packed->data, packed->size);
	/* The two values that mean "unknown" are larger, too. */
	if (size > RECORD_FILE_LIMIT)
		return error_failed(
			"%s: not a record: the size in its zstd frame is wrong", path);
	char *output = text_reserve(text, size);
	ZSTD_DCtx *context = ZSTD_createDCtx();
	if (!context)
		return error_failed("zstd: cannot start");
	ZSTD_DCtx_refPrefix(context, dictionary->data, dictionary->size);
	size_t unpacked =
		ZSTD_decompressDCtx(context, output, size, packed->data, packed->size);
	ZSTD_freeDCtx(context);
	if (ZSTD_isError(unpacked))
		return error_failed(
			"%s: cannot be unpacked: %s", path, ZSTD_getErrorName(unpacked));
	text_extend(text, unpacked);
	return NULL;
}

/* Adds the content of the dictionary; nothing if there is none. */
static struct error *record_file_read_dictionary(
	const char *folder, struct text *dictionary)
{
	scope_free char *path = record_file_get_dictionary(folder);
	scope_text struct text packed = {0};
	const struct text none = {0};
	if (!file_exists(path))
		return NULL;
	try(file_read(path, &packed));
	return record_file_unpack(path, &packed, &none, dictionary);
}

struct error *record_file_write(
	const char *folder, const char *path, const struct text *json)
{
	scope_text struct text dictionary = {0};
	scope_text struct text packed = {0};
	/* Without the dictionary the record is only larger. */
	scope_error struct error *unread =
		folder ? record_file_read_dictionary(folder, &dictionary) : NULL;
	bool is_first = folder && !unread && !dictionary.size &&
			json->size >= RECORD_FILE_DICTIONARY_SIZE;
	/* The dictionary is unpacked for each later record, so it is barely compressed.
	 */
	int level = is_first ? ZSTD_minCLevel() : RECORD_FILE_LEVEL;
	try(record_file_pack(json, &dictionary, level, &packed));
	try(file_write(path, packed.data, packed.size));
	if (!is_first)
		return NULL;
	/* A second link, so that the dictionary stays when the record is replaced. It is
	 * no error if another compile was faster or the file system has no links. */
	scope_free char *name = record_file_get_dictionary(folder);
	(void)!link(path, name);
	return NULL;
}

/* The records' folder above path, or NULL; the caller frees it. */
static char *record_file_find_folder(const char *path)
{
	static const char folder[] = KSPLICE_RECORD_DIR "/";
	const char *last = NULL;
	for (const char *at = path; (at = strstr(at, folder)); at++) {
		if (at == path || at[-1] == '/')
			last = at;
	}
	return last ? memory_copy_range(path, (size_t)(last - path) + strlen(folder) - 1)
		    : NULL;
}

struct error *record_file_read(const char *path, struct text *text)
{
	scope_text struct text file = {0};
	scope_text struct text dictionary = {0};
	try(file_read(path, &file));
	if (!record_file_is_packed(&file)) {
		text_add_range(text, file.data, file.size);
		return NULL;
	}
	scope_free char *folder = record_file_find_folder(path);
	scope_error struct error *unread =
		folder ? record_file_read_dictionary(folder, &dictionary) : NULL;
	struct error *error = record_file_unpack(path, &file, &dictionary, text);
	if (!error)
		return NULL;
	scope_free char *name = folder ? record_file_get_dictionary(folder) : NULL;
	if (unread)
		error = error_prefix(error, "%s", error_get_text(unread));
	else if (name && !file_exists(name))
		error = error_prefix(error, "%s is missing", name);
	return error_hint(error,
		"a record needs the %s that it was written with; if that is missing or "
		"was replaced, build the object again",
		KSPLICE_RECORD_DICTIONARY);
}
