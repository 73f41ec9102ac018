/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * breakpoint_path.h - the functions in which a breakpoint cannot be handled
 *
 * While a jump is written a breakpoint is on its first byte (trampoline.h). Code that
 * runs between a breakpoint and its handler must not have one itself: it would run into
 * it again and again, until the stack ends. The kernel keeps its own breakpoints off such
 * code: it is in sections of its own (entry, noinstr), or on the list of what may not be
 * probed. Ours are handled later than a kprobe's, by the notifiers of die events, so
 * there is some more code on the way; and a kernel without kprobes has no such list.
 */
#ifndef KSPLICE_KMOD_BREAKPOINT_PATH_H
#define KSPLICE_KMOD_BREAKPOINT_PATH_H

#include <linux/types.h>

/* True if the function of that name, which starts at address, may run between a
 * breakpoint of ours and its handler. Under probe_guard_lock. */
bool breakpoint_path_has(unsigned long address, const char *name);

#endif
