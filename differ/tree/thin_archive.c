// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/thin_archive.h"

#include <ar.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

static const char thin_magic[] = "!<thin>\n";

struct thin_names {
	const char *data;
	size_t size;
};

struct member_array {
	char **items;
	size_t count;
	size_t capacity;
};

/* A number field: digits, padded with spaces. */
static size_t member_number(const char *field, size_t width)
{
	char digits[16] = "";
	memcpy(digits, field, width);
	return strtoul(digits, NULL, 10);
}

/* A member's name: "/N" is offset N in the names, "name/" a short one. */
static char *member_name(const struct ar_hdr *header, const struct thin_names *names)
{
	if (header->ar_name[0] != '/')
		return memory_copy_range(header->ar_name, strcspn(header->ar_name, "/ "));
	size_t offset = member_number(header->ar_name + 1, sizeof(header->ar_name) - 1);
	if (offset >= names->size)
		return NULL;
	const char *name = names->data + offset;
	const char *end = memchr(name, '\n', names->size - offset);
	if (!end || end == name || end[-1] != '/')
		return NULL;
	return memory_copy_range(name, (size_t)(end - 1 - name));
}

static bool thin_archive_read(const struct text *archive, struct thin_names *names,
	struct member_array *members)
{
	size_t offset = strlen(thin_magic);
	while (offset + sizeof(struct ar_hdr) <= archive->size) {
		const struct ar_hdr *header = (const void *)(archive->data + offset);
		if (memcmp(header->ar_fmag, ARFMAG, 2) != 0)
			return false;
		size_t size = member_number(header->ar_size, sizeof(header->ar_size));
		offset += sizeof(*header);
		bool is_symbols = memcmp(header->ar_name, "/ ", 2) == 0 ||
				  memcmp(header->ar_name, "/SYM64/", 7) == 0;
		bool is_names = memcmp(header->ar_name, "// ", 3) == 0;
		if (is_symbols || is_names) {
			if (size > archive->size - offset)
				return false;
			if (is_names)
				*names =
					(struct thin_names){archive->data + offset, size};
			offset += size + (size & 1);
			continue;
		}
		char *name = member_name(header, names);
		if (!name)
			return false;
		*array_add(members) = name;
	}
	return offset == archive->size;
}

struct error *thin_archive_list(const char *path, char ***members, size_t *count)
{
	scope_text struct text archive = {0};
	try(file_read(path, &archive));
	if (!text_has_prefix(archive.data, thin_magic))
		return error_failed("%s: not a thin archive", path);
	struct thin_names names = {0};
	struct member_array found = {0};
	if (!thin_archive_read(&archive, &names, &found)) {
		for (size_t i = 0; i < found.count; i++)
			free(found.items[i]);
		free(found.items);
		return error_failed("%s: damaged archive", path);
	}
	*members = found.items;
	*count = found.count;
	return NULL;
}
