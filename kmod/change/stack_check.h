/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack_check.h - is any thread inside this code, or going to return into it?
 *
 * To look at every stack while the machine stands still takes as long as there are
 * threads. So they are looked at before, and in the stop only those once more that have
 * run since:
 *
 *     begin ─▶ prepare ─▶ (machine stopped) run ─▶ end
 *     watch    look at     those that ran          unwatch
 *              everybody   since, and idle tasks
 *
 * Why that is the same as looking at everybody in the stop (the proof's words are those
 * of the code; a watched thread is one in thread_watch):
 *
 *  1. While the machine is stopped each CPU runs its stopper thread. So every other
 * thread that ran at any time since begin has been switched away from its CPU, and is
 * watched.
 *  2. Nobody but a thread itself changes what its stack, its shadow stack, its kretprobes
 *     and its restart function say about where it returns to. So of a thread that is not
 *     watched all of it is in the stop as it was at begin, and was in prepare.
 *  3. A thread that is not watched, and existed at begin, is on the list of tasks from
 *     begin to prepare, unless its parent reaped it meanwhile. Such a one was at the end
 *     of do_exit at begin, and begin has waited for it to end (synchronize_rcu_tasks).
 *     So prepare has seen it. Walking the list under RCU misses nobody who stays on it.
 *  4. A new thread is watched when it is new. The moment between its being listed and
 *     being watched belongs to its parent, which is in copy_process then, ran, and is
 *     watched. The new one has nothing on its stack but the function that it will call.
 *     That is a first byte, which is good in replaced code; and new code that is to go
 *     is still on its parent's stack then, for it gave that function to copy_process.
 *  5. A turn of the watch forgets threads only after they have been looked at again, and
 *     one that runs during that look, or after it, is watched in the next period.
 *  6. A reference keeps each watched thread's task_struct from being used for another.
 *  7. Idle tasks are not listed. Those of CPUs that are online are looked at in the stop;
 *     those of CPUs that are offline in prepare, because cpus_read_lock keeps them so.
 *  8. The stopper threads are all in the same calls; one of them is looked at.
 *  9. Tracepoints are silent on a CPU that is being taken offline. Nobody but its own
 *     stopper and idle threads runs there then, and it has ended before prepare, which
 *     cpus_read_lock begins.
 *
 * An offline CPU rests in its idle task and saved no stack pointer: all of that stack
 * counts. (On most machines it never returns, but begins anew when it comes back; as a
 * guest of Xen it does return.) What cannot be seen is the innermost function of an
 * offline CPU: an update of the functions in which a CPU waits to be brought back should
 * be undone with all CPUs online.
 *
 * With is_full, and where the kernel has no tracepoints, all of the list is looked at in
 * the stop. A thread that has left the list is then seen only if it is watched.
 */
#ifndef KSPLICE_KMOD_STACK_CHECK_H
#define KSPLICE_KMOD_STACK_CHECK_H

#include <linux/types.h>

#include "kmod/change/stack_scan.h"
#include "kmod/change/thread_watch.h"

/* What a CPU does while the machine is stopped. */
struct stack_cpu {
	struct task_struct *task; /* NULL: the CPU is offline */
	unsigned long pointer;    /* all that is above it on its stack is in use */
};

struct stack_check {
	/* set by the caller */
	struct stack_scan scan; /* its conflicts: who was in the way */
	bool is_full;           /* look at every thread in the stop */

	/* the check's own */
	struct thread_watch watch;
	bool is_watching;
	struct task_struct *caller;
};

/* Before any lock but the update lock; sleeps. An errno with nothing to end: -ENOMEM. */
int stack_check_begin(struct stack_check *check);

/*
 * Looks at all threads that do not run, under cpus_read_lock; sleeps. -EAGAIN if one that
 * does not run is in the way: it would be in the stop as well, which is spared.
 */
int stack_check_prepare(struct stack_check *check);

/*
 * In the stop, by one CPU. cpus: [nr_cpu_ids]. -EAGAIN if a thread is in the way. It
 * takes no lock, allocates and prints nothing.
 */
int stack_check_run(struct stack_check *check, const struct stack_cpu *cpus);

/* Outside of the locks, like begin. The conflicts stay. */
void stack_check_end(struct stack_check *check);

#endif
