// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/running_build.h"

#include <elf.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/text.h"

#define NOTES_PATH "/sys/kernel/notes"

/* The parts of a note are padded to 4 bytes. */
static size_t running_build_pad(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

char *running_build_find(const void *notes, size_t size)
{
	const char *position = notes;
	size_t left = size;
	Elf64_Nhdr note;

	while (left >= sizeof(note)) {
		memcpy(&note, position, sizeof(note));
		size_t name_size = running_build_pad(note.n_namesz);
		size_t content_size = running_build_pad(note.n_descsz);
		const char *name = position + sizeof(note);
		left -= sizeof(note);
		if (name_size > left || content_size > left - name_size)
			break;
		if (note.n_type == NT_GNU_BUILD_ID &&
			note.n_namesz == sizeof(ELF_NOTE_GNU) &&
			!memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)))
			return text_from_bytes(name + name_size, note.n_descsz);
		position = name + name_size + content_size;
		left -= name_size + content_size;
	}
	return NULL;
}

struct error *running_build_read(char **build_id)
{
	scope_text struct text notes = {0};
	try(file_read(NOTES_PATH, &notes));
	char *found = running_build_find(notes.data, notes.size);
	if (!found)
		return error_failed(
			NOTES_PATH ": the running kernel has no build-id in its notes");
	*build_id = found;
	return NULL;
}
