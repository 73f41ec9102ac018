/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * update_guard.h - what updates replace is theirs while they are applied
 *
 * For each piece of code that an update replaces: may a breakpoint be written into it
 * (breakpoint_path.h), do calls reach it (entry_redirect.h), and are its bytes free of
 * kprobes, and stay so (probe_guard.h). A reservation lasts from the first update that
 * replaces the code to the last one.
 */
#ifndef KSPLICE_KMOD_UPDATE_GUARD_H
#define KSPLICE_KMOD_UPDATE_GUARD_H

struct replaced_code;

/*
 * Before a transition that touches the code: it is reserved, or, where it is already,
 * still free of kprobes. An errno, with the reason as a problem, if not. Under the update
 * lock and probe_guard_lock, before cpus_read_lock and text_mutex.
 */
int update_guard_prepare(struct replaced_code *code);

/*
 * After the transition has been committed, or has failed, in any case: code that no
 * update replaces now is given back. If one does, the kernel is tainted as after a kernel
 * livepatch ("K", TAINT_LIVEPATCH): who reads an oops must know that its code is not what
 * was booted. The taint stays when the update goes. Under the same locks.
 */
void update_guard_finish(struct replaced_code *code);

#endif
