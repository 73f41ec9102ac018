/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conflict_report.h - who was in the way of an attempt, in words; and waking them
 *
 * Made after the attempt, outside of all locks but the update lock. A thread may have
 * gone on by then: its stack is what it is when the report is made.
 */
#ifndef KSPLICE_KMOD_CONFLICT_REPORT_H
#define KSPLICE_KMOD_CONFLICT_REPORT_H

#include <linux/types.h>

struct pid;
struct stack_scan;

/* So many threads are named; more conflicts fit in no page of text. */
#define CONFLICT_REPORT_LIMIT 48

/* All zeros: nobody was in the way. The texts are NULL if they are empty. */
struct conflict_report {
	/* One line for each address that was found, with tabs between:
	 *
	 *     pid name place function+offset/size
	 *
	 * The name is escaped. A page at most. */
	char *conflicts;
	/* For each thread a line, with tabs between, and one for each frame of its stack,
	 * the innermost first, with a tab in front:
	 *
	 *     pid name cpu
	 *     	function+offset/size [module]
	 */
	char *stacks;
	size_t stacks_size;
	/* For each thread that conflict_report_signal looked at, with tabs between:
	 *
	 *     pid name woken|not-asleep|uninterruptible|gone
	 */
	char *signalled;
	struct pid *threads[CONFLICT_REPORT_LIMIT];
	size_t thread_count;
};

/* Frees what it has; then it is empty. */
void conflict_report_clear(struct conflict_report *report);

/*
 * Fills an empty report; what there is no memory for stays out.
 *
 * Gives -EAGAIN; or -EDEADLK if a kernel thread is in the way whose main loop is the code
 * in question, so that trying again is in vain, with a problem for each of those.
 */
int conflict_report_make(struct conflict_report *report, const struct stack_scan *scan);

/*
 * Wakes the threads of the report that sleep and may be woken. One of user space leaves
 * its system call as for a signal, which nobody sees: the call is restarted, or says
 * EINTR. A kernel thread is woken as if by chance, as it must expect at any time.
 */
void conflict_report_signal(struct conflict_report *report);

#endif
