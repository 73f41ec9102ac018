// SPDX-License-Identifier: GPL-2.0-or-later
/* bfd.h wants to be used by a package that has a config.h */
#define PACKAGE "ksplice"
#include "tests/differ/audit_code.h"

#include <bfd.h>
#include <dis-asm.h>
#include <stdlib.h>

#include "tests/differ/audit_object.h"
#include "tests/differ/audit_report.h"

static int print_nothing(void *stream, const char *format, ...)
{
	(void)stream;
	(void)format;
	return 0;
}

static int print_nothing_styled(
	void *stream, enum disassembler_style style, const char *format, ...)
{
	(void)stream;
	(void)style;
	(void)format;
	return 0;
}

/* Decodes a section once, from symbol to symbol. */
static void code_decode(const struct audit_object *object, struct audit_section *section)
{
	struct disassemble_info info;
	init_disassemble_info(&info, NULL, print_nothing, print_nothing_styled);
	info.arch = bfd_arch_i386;
	info.mach = bfd_mach_x86_64;
	info.buffer = (bfd_byte *)section->data;
	info.buffer_length = section->size;
	disassemble_init_for_target(&info);
	disassembler_ftype decode = disassembler(info.arch, false, info.mach, NULL);
	if (!decode)
		audit_fail("libopcodes does not know x86-64");
	size_t next = 0;
	while (next < object->place_count &&
		object->by_place[next]->section < section->number)
		next++;
	section->starts = audit_allocate((section->size + 1) * sizeof(*section->starts));
	uint64_t at = 0;
	while (at < section->size) {
		section->starts[section->start_count++] = (uint32_t)at;
		while (next < object->place_count &&
			object->by_place[next]->section == section->number &&
			object->by_place[next]->value <= at)
			next++;
		int length = decode(at, &info);
		at += length > 0 ? (uint64_t)length : 1;
		/* What does not end where a symbol starts was not code. */
		if (next < object->place_count &&
			object->by_place[next]->section == section->number &&
			object->by_place[next]->value < at)
			at = object->by_place[next]->value;
	}
	section->starts[section->start_count] = (uint32_t)section->size;
	disassemble_free_target(&info);
}

bool audit_code_find(const struct audit_object *object, const struct audit_section *read,
	uint64_t offset, uint64_t *start, uint64_t *end)
{
	struct audit_section *section = &object->sections[read->number];
	if (!section->data || offset >= section->size)
		return false;
	if (!section->starts)
		code_decode(object, section);
	size_t low = 0;
	size_t high = section->start_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (section->starts[middle] <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	*start = section->starts[low - 1];
	*end = section->starts[low];
	return true;
}

bool audit_code_is_branch(
	const struct audit_section *section, uint64_t start, uint64_t field)
{
	static const uint8_t prefixes[] = {0x2e, 0x3e, 0x66, 0xf2, 0xf3, 0x48};
	const uint8_t *code = section->data;
	if (field < start + 1)
		return false;
	uint64_t opcode = field - 1;
	if (code[opcode] != 0xe8 && code[opcode] != 0xe9) {
		if (field < start + 2 || code[field - 2] != 0x0f ||
			(code[opcode] & 0xf0) != 0x80)
			return false;
		opcode = field - 2;
	}
	for (uint64_t at = start; at < opcode; at++) {
		bool is_prefix = false;
		for (size_t i = 0; i < sizeof(prefixes); i++)
			is_prefix |= code[at] == prefixes[i];
		if (!is_prefix)
			return false;
	}
	return true;
}
