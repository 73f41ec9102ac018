// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/build_id.h"

#include <linux/elf.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* The type of the note that the linker puts the build-id in. */
#define NOTE_BUILD_ID 3

/* Each part of a note is padded to 4 bytes. */
bool build_id_find(const char *start, const char *end, struct build_id *build_id)
{
	const char *position = start;

	while (end - position >= (long)sizeof(struct elf32_note)) {
		const struct elf32_note *note = (const void *)position;
		const char *name = position + sizeof(*note);
		u64 name_size = ALIGN((u64)note->n_namesz, 4);
		u64 size = name_size + ALIGN((u64)note->n_descsz, 4);

		if (size > end - name)
			break;
		position = name + size;
		if (note->n_type != NOTE_BUILD_ID || note->n_namesz != 4 ||
			memcmp(name, "GNU", 4) || !note->n_descsz ||
			note->n_descsz > sizeof(build_id->bytes))
			continue;
		build_id->size = note->n_descsz;
		memcpy(build_id->bytes, name + name_size, build_id->size);
		return true;
	}
	return false;
}

bool build_id_is_of(const struct build_id *build_id, const struct ksplice_target *row)
{
	return build_id->size == row->build_id_size &&
	       !memcmp(build_id->bytes, row->build_id, build_id->size);
}
