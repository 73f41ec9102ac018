// SPDX-License-Identifier: GPL-2.0-only
#include "kmod/match/fentry_kind.h"

#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/text-patching.h>
#include <asm/unaligned.h>

#include "kmod/kernel/kernel_private.h"
#include "kmod/match/nop_fill.h"

/*
 * The common callers, one that ftrace made for a single tracer, or a trampoline that it
 * was told to call directly, such as BPF's. Whether that one goes on to the function is
 * another question (entry_redirect.h).
 */
static bool is_ftrace(unsigned long entry, unsigned long destination)
{
	if (!destination)
		return false;
	if (destination == kernel_private.ftrace_caller ||
		destination == kernel_private.ftrace_regs_caller)
		return true;
	/* Protected by RCU tasks: nothing sleeps in there. */
	if (kernel_private.ftrace_find_rec_direct &&
		destination == kernel_private.ftrace_find_rec_direct(entry))
		return true;
	return kernel_private.is_ftrace_trampoline &&
	       kernel_private.is_ftrace_trampoline(destination);
}

enum fentry_kind fentry_kind(const u8 *memory, const u8 *linked, unsigned long address)
{
	u8 nop[FENTRY_SIZE];

	nop_fill(nop, sizeof(nop));
	if (!memcmp(memory, nop, sizeof(nop)))
		return FENTRY_OFF;
	if (!memcmp(memory, linked, sizeof(nop)))
		return FENTRY_LINKED;
	if (memory[0] == CALL_INSN_OPCODE &&
		is_ftrace(address,
			address + FENTRY_SIZE + (s32)get_unaligned_le32(memory + 1)))
		return FENTRY_FTRACE;
	return FENTRY_OTHER;
}
