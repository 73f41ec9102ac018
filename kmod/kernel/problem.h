/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * problem.h - why the last step failed, for dmesg and for ksplice-apply
 *
 * A step (publishing symbols, loading, applying, reversing) begins with
 * problem_begin, adds a line for each thing that is wrong, and ends with
 * problem_end, which puts the lines into the kernel's log. The lines stay until the
 * next step begins, and can be read from /dev/ksplice.
 *
 * Nothing is printed before problem_end: the callers of problem_add may hold
 * text_mutex, and what is being patched may be printk.
 */
#ifndef KSPLICE_KMOD_PROBLEM_H
#define KSPLICE_KMOD_PROBLEM_H

#include <linux/types.h>

/* Starts a step: forgets the lines of the one before. */
void problem_begin(void);

/* Adds one line, "object: function+0xoff: problem", without the newline. */
__printf(1, 2) void problem_add(const char *format, ...);

/* Ends the step: logs its lines. May sleep. */
void problem_end(void);

/* For read(2): the lines of the last step. */
ssize_t problem_read(char __user *buffer, size_t size, loff_t *position);

#endif
