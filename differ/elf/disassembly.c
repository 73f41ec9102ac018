// SPDX-License-Identifier: GPL-2.0-or-later
/* bfd.h wants to be used by a package that has a config.h */
#define PACKAGE "ksplice"
#include "differ/elf/disassembly.h"

#include <bfd.h>
#include <dis-asm.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"

/* Longest instruction text that is shown whole. */
struct shown_text {
	char data[160];
	size_t size;
};

static int shown_add(struct shown_text *text, const char *format, va_list arguments)
{
	size_t room = sizeof(text->data) - text->size;
	int length = vsnprintf(text->data + text->size, room, format, arguments);
	if (length > 0)
		text->size += (size_t)length < room ? (size_t)length : room - 1;
	return length;
}

static int shown_print(void *stream, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = shown_add(stream, format, arguments);
	va_end(arguments);
	return length;
}

static int shown_print_styled(
	void *stream, enum disassembler_style style, const char *format, ...)
{
	(void)style;
	va_list arguments;
	va_start(arguments, format);
	int length = shown_add(stream, format, arguments);
	va_end(arguments);
	return length;
}

/* Decodes up to the instruction at offset. False if the code ends or is no code. */
static bool disassembly_decode(const uint8_t *code, uint64_t size, uint64_t offset,
	struct shown_text *text, uint64_t *start, uint64_t *end)
{
	struct disassemble_info info;
	init_disassemble_info(&info, text, shown_print, shown_print_styled);
	info.arch = bfd_arch_i386;
	info.mach = bfd_mach_x86_64;
	info.buffer = (bfd_byte *)code;
	info.buffer_length = size;
	disassemble_init_for_target(&info);
	disassembler_ftype decode =
		disassembler(bfd_arch_i386, false, bfd_mach_x86_64, NULL);
	bool found = false;
	uint64_t at = 0;
	while (decode && at < size && !found) {
		text->size = 0;
		text->data[0] = '\0';
		int length = decode(at, &info);
		if (length <= 0)
			break;
		*start = at;
		*end = at + (uint64_t)length;
		found = offset < *end;
		at = *end;
	}
	disassemble_free_target(&info);
	return found;
}

uint64_t disassembly_find_end(const uint8_t *code, uint64_t size, uint64_t offset)
{
	struct shown_text text = {0};
	uint64_t start;
	uint64_t end;
	return disassembly_decode(code, size, offset, &text, &start, &end) ? end : 0;
}

char *disassembly_show(
	const uint8_t *code, uint64_t size, uint64_t offset, uint64_t *start)
{
	struct shown_text text = {0};
	uint64_t end;
	*start = offset;
	if (!disassembly_decode(code, size, offset, &text, start, &end))
		return memory_copy_text("(bad)");
	/* The decoder pads mnemonics without operands. */
	while (text.size && text.data[text.size - 1] == ' ')
		text.data[--text.size] = '\0';
	return memory_copy_text(text.data);
}
