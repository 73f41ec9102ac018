/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trampoline.h - the jump in a replaced function that leads to the new one
 *
 * Five bytes, e9 and a distance, behind the function's fentry call, so that ftrace,
 * kprobes on the entry and BPF keep their place.
 */
#ifndef KSPLICE_KMOD_TRAMPOLINE_H
#define KSPLICE_KMOD_TRAMPOLINE_H

#include <linux/types.h>

#define TRAMPOLINE_SIZE 5

struct memory_window;
struct pt_regs;

/* Five bytes of code that are to become others. What they are, a jump or what was there
 * before one, is the caller's affair. */
struct trampoline {
	unsigned long address; /* of the first byte */
	u8 *alias;             /* the same bytes in a window, where they are written */
	/* Where execution goes on while they are being written: at a function that is
	 * whole before, meanwhile and afterwards. */
	unsigned long diversion;
	u8 before[TRAMPOLINE_SIZE];
	u8 after[TRAMPOLINE_SIZE];
};

/* The bytes of a jump at address to post. -ERANGE if the distance is too large. */
int trampoline_make_jump(unsigned long address, unsigned long post, u8 *jump);

/* before and after are copied. The window must show the five bytes, and stay open until
 * they are written. */
void trampoline_init(struct trampoline *trampoline, unsigned long address,
	const u8 *before, const u8 *after, unsigned long diversion,
	const struct memory_window *window);

/* True if memory has the bytes before, and the window shows them; if not, reported as a
 * problem of object's function, at that offset in it. */
bool trampoline_check(const struct trampoline *trampoline, const char *object,
	const char *function, unsigned int offset);

/*
 * Writing takes three steps with a synchronisation of all CPUs after each: a breakpoint
 * over the first byte, the other four bytes, the first byte. All CPUs stand still with
 * interrupts off meanwhile, and no thread is in these bytes (stack_check.h). So only an
 * NMI or a machine check can run them; and whatever it runs is whole:
 *
 *  0. Before: it may be anywhere, in these bytes too. They are as they were.
 *  1. The breakpoint is one byte: a CPU fetches the old instruction or the breakpoint.
 *     Who is past it goes on in old bytes. Then each other CPU answers from the loop in
 *     which it waits, not from an NMI: so the NMIs that began before have ended. Those of
 *     this CPU have, because it goes on. Nobody is in the four bytes any more, and nobody
 *     comes: the way there is through the breakpoint.
 *  2. The four bytes are written. Nobody runs them.
 *  3. The first byte is one byte again: a CPU fetches the breakpoint or the new
 *     instruction, and behind it are the new bytes. When all CPUs have answered, nobody
 *     is in the breakpoint's handler for it, and it may be forgotten.
 *
 * Each answer comes with sync_core, so that no CPU has bytes of the step before in its
 * pipeline. Who meets the breakpoint goes on at the diversion (trampoline_divert); the
 * kernel's entry code copes with a breakpoint in an NMI, for the kernel's own sake.
 * Functions that run until then cannot have a breakpoint, and are refused
 * (breakpoint_path.h). tests/kmod/test_nmi.sh has an NMI at every moment.
 *
 * Writing is a store to the alias: it changes no page table, takes no lock, cannot fail,
 * and calls nothing that might be what is being patched. The caller holds text_mutex.
 */
void trampoline_write_breakpoint(const struct trampoline *trampoline);
void trampoline_write_tail(const struct trampoline *trampoline);
void trampoline_write_head(const struct trampoline *trampoline);

/* True if these registers are those of a breakpoint on the trampoline; then execution
 * goes on at the diversion. For use in the breakpoint's handler. */
bool trampoline_divert(const struct trampoline *trampoline, struct pt_regs *regs);

#endif
