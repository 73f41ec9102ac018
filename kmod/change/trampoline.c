// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/change/trampoline.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/text-patching.h>
#include <asm/unaligned.h>

#include "kmod/kernel/kernel_private.h"
#include "kmod/kernel/problem.h"

int trampoline_make_jump(unsigned long address, unsigned long post, u8 *jump)
{
	long distance = post - (address + TRAMPOLINE_SIZE);

	if (distance != (s32)distance)
		return -ERANGE;
	jump[0] = JMP32_INSN_OPCODE;
	put_unaligned_le32(distance, jump + 1);
	return 0;
}

void trampoline_init(struct trampoline *trampoline, unsigned long address,
	const u8 *before, const u8 *after, unsigned long diversion)
{
	trampoline->address = address;
	trampoline->diversion = diversion;
	memcpy(trampoline->before, before, TRAMPOLINE_SIZE);
	memcpy(trampoline->after, after, TRAMPOLINE_SIZE);
}

bool trampoline_check(const struct trampoline *trampoline, const char *object,
	const char *function, unsigned int offset)
{
	u8 found[TRAMPOLINE_SIZE];

	if (copy_from_kernel_nofault(found, (void *)trampoline->address, sizeof(found)))
		memset(found, 0, sizeof(found));
	if (!memcmp(found, trampoline->before, sizeof(found)))
		return true;
	problem_add("%s: %s+0x%x: memory has %*ph, and should have %*ph%s", object,
		function, offset, TRAMPOLINE_SIZE, found, TRAMPOLINE_SIZE,
		trampoline->before,
		found[0] == INT3_INSN_OPCODE ? " (a breakpoint: a kprobe?)" : "");
	return false;
}

/*
 * text_poke_kgdb is text_poke without the assertion that the current task holds
 * text_mutex. It is made for a machine whose other CPUs are stopped; here the task
 * that holds the lock waits for the stopper thread that writes.
 */
static void write_bytes(
	const struct trampoline *trampoline, size_t offset, const u8 *bytes, size_t size)
{
	kernel_private.text_poke_kgdb(
		(void *)(trampoline->address + offset), bytes, size);
}

void trampoline_write_breakpoint(const struct trampoline *trampoline)
{
	static const u8 breakpoint = INT3_INSN_OPCODE;

	write_bytes(trampoline, 0, &breakpoint, sizeof(breakpoint));
}

void trampoline_write_tail(const struct trampoline *trampoline)
{
	write_bytes(trampoline, 1, trampoline->after + 1, TRAMPOLINE_SIZE - 1);
}

void trampoline_write_head(const struct trampoline *trampoline)
{
	write_bytes(trampoline, 0, trampoline->after, 1);
}

bool notrace trampoline_divert(const struct trampoline *trampoline, struct pt_regs *regs)
{
	if (regs->ip != trampoline->address + INT3_INSN_SIZE)
		return false;
	int3_emulate_jmp(regs, trampoline->diversion);
	return true;
}
NOKPROBE_SYMBOL(trampoline_divert);
