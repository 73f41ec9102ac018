// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/nop_fill.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/insn.h>
#include <asm/nops.h>

#include "kmod/kernel/kernel_private.h"

#define LONGEST_NOP 8
#define ONE_BYTE_NOP 0x90

static const u8 nops[LONGEST_NOP + 1][LONGEST_NOP] = {
	[1] = {BYTES_NOP1},
	[2] = {BYTES_NOP2},
	[3] = {BYTES_NOP3},
	[4] = {BYTES_NOP4},
	[5] = {BYTES_NOP5},
	[6] = {BYTES_NOP6},
	[7] = {BYTES_NOP7},
	[8] = {BYTES_NOP8},
};

void nop_fill(u8 *code, size_t size)
{
	while (size) {
		size_t length = min_t(size_t, size, LONGEST_NOP);

		memcpy(code, nops[length], length);
		code += length;
		size -= length;
	}
}

static size_t count_nops(const u8 *code, size_t size)
{
	size_t count = 0;

	while (count < size && code[count] == ONE_BYTE_NOP)
		count++;
	return count;
}

void nop_optimize(u8 *code, size_t size, size_t room)
{
	size_t position = 0;

	while (position < size) {
		struct insn insn;
		size_t count;

		if (kernel_private.insn_decode(&insn, code + position,
			    min_t(size_t, room - position, MAX_INSN_SIZE),
			    INSN_MODE_KERN))
			return;
		if (insn.length != 1 || code[position] != ONE_BYTE_NOP) {
			position += insn.length;
			continue;
		}
		count = count_nops(code + position, size - position);
		if (count > 1)
			nop_fill(code + position, count);
		position += count;
	}
}
