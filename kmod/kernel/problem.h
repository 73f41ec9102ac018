/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * problem.h - why a step failed, for the kernel's log and for who asked for the step
 *
 * A step (publishing symbols, loading, applying, reversing) belongs to the task that does
 * it:
 *
 *     problem_begin ─▶ problem_add, in whatever the task calls ─▶ problem_end
 *
 * Steps of several tasks do not mix. The lines go to the kernel's log, and to the log
 * that the step was begun with: that of one open /dev/ksplice.
 *
 * Nothing is printed before problem_end: the callers of problem_add may hold
 * text_mutex, and the function that is being patched may be printk.
 */
#ifndef KSPLICE_KMOD_PROBLEM_H
#define KSPLICE_KMOD_PROBLEM_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct task_struct;

/* The lines of the last step that was begun with it. */
struct problem_log {
	struct mutex
		mutex; /* protects the rest; nothing but memory is asked for under it */
	char *lines;
	size_t size;
};

void problem_log_init(struct problem_log *log);
void problem_log_deinit(struct problem_log *log);

/* For read(2): the lines of the last step that has ended. */
ssize_t problem_log_read(
	struct problem_log *log, char __user *buffer, size_t size, loff_t *position);

/* Lies on the stack of who begins the step. Its fields are problem.c's own. */
struct problem_step {
	struct list_head node;
	const struct task_struct *task;
	struct problem_log *log;
	char *lines;
	size_t size;
	bool is_cut; /* a line did not fit */
};

/* Starts a step of the current task. The log, if not NULL, is empty until the step has
 * ended. A step may be begun within another; lines belong to the inner one. */
void problem_begin(struct problem_step *step, struct problem_log *log);

/*
 * Adds one line, "object: function+0xoff: problem", without the newline, to the current
 * task's step. Without a step, or without memory, the line goes to the kernel's log at
 * once. Not while the machine is stopped.
 */
__printf(1, 2) void problem_add(const char *format, ...);

/* Adds a line that says what the errno means, if the step has no line yet. "object" is
 * what could not be done: "symbol list", an id. 0 adds nothing. Returns result. */
int problem_add_errno(const char *object, int result);

/* Ends the current task's innermost step, which must be this one: logs its lines. May
 * sleep. */
void problem_end(struct problem_step *step);

#endif
