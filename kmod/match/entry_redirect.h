/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry_redirect.h - does a call of this function still reach it?
 *
 * A function begins with a call of __fentry__, which ftrace turns into calls of its own.
 * Tracers look and go on; kernel livepatch and others go on somewhere else. Our jump lies
 * behind that call, so a function that is redirected never runs it: it would be replaced,
 * and its replacement not be in force.
 *
 *     call of the function ──▶ fentry call ──▶ tracer ──▶ our jump ──▶ new code
 *                                         └──▶ livepatch ──▶ its code
 *
 * Redirected is a function
 * - on whose entry there is an ftrace_ops that may change where execution goes on
 *   (IPMODIFY): kernel livepatch, and whatever else replaces functions this way. Kprobes
 *   use such an ops too when they have a post handler, only to keep others off;
 * - whose entry calls a trampoline directly (register_ftrace_direct), which may or may
 * not go on to the function. Those of BPF (fentry, fexit) do, and do not count.
 *
 * Not counted are kprobes whose handler skips single calls (fault injection,
 * bpf_override_return), and BPF's fmod_ret, which does the same: their users ask for
 * that, and those calls would have skipped the old code just so.
 *
 * It can happen after the update was applied. We could forbid it with an IPMODIFY ops of
 * our own, but then every call of each replaced function would go through ftrace, and a
 * kprobe with a post handler could not be set on it. So it is told, not forbidden: the
 * file "overridden" of an update (update_sysfs.h) names what is redirected now.
 */
#ifndef KSPLICE_KMOD_ENTRY_REDIRECT_H
#define KSPLICE_KMOD_ENTRY_REDIRECT_H

#include <linux/types.h>

struct entry_redirect {
	const char *kind; /* one word: "livepatch" (or another IPMODIFY ops), "direct" */
	void *function;   /* the ftrace handler or the trampoline */
};

/*
 * True if calls of the function that starts at that address are redirected; then
 * *redirect says where to. Takes ftrace_lock, which comes after kprobe_mutex and before
 * cpus_read_lock and text_mutex; may sleep.
 */
bool entry_redirect_find(unsigned long function, struct entry_redirect *redirect);

#endif
