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

#include "kmod/change/memory_window.h"
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
	const u8 *before, const u8 *after, unsigned long diversion,
	const struct memory_window *window)
{
	trampoline->address = address;
	trampoline->alias = memory_window_find(window, address, TRAMPOLINE_SIZE);
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
	/* What is written through a wrong mapping is somebody's memory. */
	if (!trampoline->alias || memcmp(found, trampoline->alias, sizeof(found))) {
		problem_add("%s: %s+0x%x: cannot be mapped a second time", object,
			function, offset);
		return false;
	}
	if (!memcmp(found, trampoline->before, sizeof(found)))
		return true;
	problem_add("%s: %s+0x%x: memory has %*ph, but should have %*ph%s", object,
		function, offset, TRAMPOLINE_SIZE, found, TRAMPOLINE_SIZE,
		trampoline->before,
		found[0] == INT3_INSN_OPCODE ? " (a breakpoint: a kprobe?)" : "");
	return false;
}

/* The other CPUs must not take their own view of these stores: they serialise after each
 * step. The compiler makes one store of each. */
void trampoline_write_breakpoint(const struct trampoline *trampoline)
{
	WRITE_ONCE(trampoline->alias[0], INT3_INSN_OPCODE);
}

void trampoline_write_tail(const struct trampoline *trampoline)
{
	put_unaligned(get_unaligned((const u32 *)(trampoline->after + 1)),
		(u32 *)(trampoline->alias + 1));
}

void trampoline_write_head(const struct trampoline *trampoline)
{
	WRITE_ONCE(trampoline->alias[0], trampoline->after[0]);
}

bool notrace trampoline_divert(const struct trampoline *trampoline, struct pt_regs *regs)
{
	if (regs->ip != trampoline->address + INT3_INSN_SIZE)
		return false;
	int3_emulate_jmp(regs, trampoline->diversion);
	return true;
}
NOKPROBE_SYMBOL(trampoline_divert);
