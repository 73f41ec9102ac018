// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/kernel/running_kernel.h"

#include <linux/elf.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/page_types.h>

#include "abi/update.h"
#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"

/* The type of the note that the linker puts the build-id in. */
#define NOTE_BUILD_ID 3

static u8 build[KSPLICE_BUILD_ID_SIZE];
static u32 build_size;
static char build_text[2 * KSPLICE_BUILD_ID_SIZE + 1];

/* The note "GNU" of type 3 in .notes; each part of a note is padded to 4 bytes. */
int running_kernel_init(void)
{
	const char *position = kernel_private.notes_start;
	const char *end = kernel_private.notes_end;

	while (end - position >= (long)sizeof(struct elf32_note)) {
		const struct elf32_note *note = (const void *)position;
		const char *name = position + sizeof(*note);
		const char *content = name + ALIGN(note->n_namesz, 4);

		position = content + ALIGN(note->n_descsz, 4);
		if (position > end)
			break;
		if (note->n_type != NOTE_BUILD_ID || note->n_namesz != 4 ||
			memcmp(name, "GNU", 4) || !note->n_descsz ||
			note->n_descsz > sizeof(build))
			continue;
		build_size = note->n_descsz;
		memcpy(build, content, build_size);
		snprintf(build_text, sizeof(build_text), "%*phN", (int)build_size, build);
		return 0;
	}
	problem_add("kernel: has no GNU build-id in its notes");
	return -ENOENT;
}

unsigned long running_kernel_slide(void)
{
	return (unsigned long)kernel_private.text_start - __START_KERNEL;
}

bool running_kernel_check_build(const char *object, const u8 *build_id, u32 size)
{
	if (size == build_size && !memcmp(build_id, build, size))
		return true;
	problem_add("%s: made for a kernel with build-id %*phN, and this one has %s",
		object, (int)min_t(u32, size, KSPLICE_BUILD_ID_SIZE), build_id,
		build_text);
	return false;
}

const char *running_kernel_build(void)
{
	return build_text;
}
