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

struct pt_regs;

struct trampoline {
	unsigned long address; /* of the first byte of the jump */
	unsigned long post;    /* where it leads */
	u8 original[TRAMPOLINE_SIZE];
	u8 jump[TRAMPOLINE_SIZE];
	bool takes_breakpoint; /* see trampoline_write_breakpoint */
};

/* Reads the original bytes and makes the jump. An errno if the memory cannot be read or
 * the distance is too large. */
int trampoline_init(
	struct trampoline *trampoline, unsigned long address, unsigned long post);

/* True if memory has the jump; if not, reported as a problem of object's function. */
bool trampoline_check(const struct trampoline *trampoline, const char *object,
	const char *function, unsigned int offset);

/*
 * Writing takes three steps with a synchronisation of all CPUs after each: a breakpoint
 * over the first byte, the other bytes, the first byte. Interrupts are off everywhere
 * meanwhile; only an NMI or a machine check can run this code between two steps. It then
 * meets the breakpoint, and trampoline_divert sends it to the new function.
 *
 * Functions that handle breakpoints themselves (the kprobe blacklist) cannot have one:
 * for those the bytes are written in one go, and an NMI that enters one of them in the
 * few nanoseconds of that copy is not covered.
 *
 * bytes: the trampoline's original or jump. The caller holds text_mutex.
 */
void trampoline_write_breakpoint(const struct trampoline *trampoline);
void trampoline_write_tail(const struct trampoline *trampoline, const u8 *bytes);
void trampoline_write_head(const struct trampoline *trampoline, const u8 *bytes);

/* True if these registers are those of a breakpoint on the trampoline; then execution
 * goes on at the new function. For use in the breakpoint's handler. */
bool trampoline_divert(const struct trampoline *trampoline, struct pt_regs *regs);

#endif
