// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/kernel/problem.h"

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

/* Of one step's lines. */
#define LINES_LIMIT 16384

static const char cut_line[] = "and more, which are not shown\n";

/*
 * The steps of all tasks, the innermost of a task first. The lock protects the list only:
 * a step is read and written by its own task alone. Nothing is taken under it.
 */
static DEFINE_SPINLOCK(steps_lock);
static LIST_HEAD(steps);

static struct problem_step *find_step(void)
{
	struct problem_step *step, *found = NULL;

	spin_lock(&steps_lock);
	list_for_each_entry(step, &steps, node) {
		if (step->task == current) {
			found = step;
			break;
		}
	}
	spin_unlock(&steps_lock);
	return found;
}

void problem_log_init(struct problem_log *log)
{
	mutex_init(&log->mutex);
	log->lines = NULL;
	log->size = 0;
}

/* Takes over lines; the earlier ones are freed. */
static void set_lines(struct problem_log *log, char *lines, size_t size)
{
	char *earlier;

	mutex_lock(&log->mutex);
	earlier = log->lines;
	log->lines = lines;
	log->size = size;
	mutex_unlock(&log->mutex);
	kvfree(earlier);
}

void problem_log_deinit(struct problem_log *log)
{
	set_lines(log, NULL, 0);
	mutex_destroy(&log->mutex);
}

/* By a copy: writing to user memory may take as long as its owner likes, and steps wait
 * for the mutex. */
ssize_t problem_log_read(
	struct problem_log *log, char __user *buffer, size_t size, loff_t *position)
{
	char *copy = kvmalloc(LINES_LIMIT, GFP_KERNEL);
	size_t copied;
	ssize_t result;

	if (!copy)
		return -ENOMEM;
	mutex_lock(&log->mutex);
	copied = log->size;
	if (copied)
		memcpy(copy, log->lines, copied);
	mutex_unlock(&log->mutex);
	result = simple_read_from_buffer(buffer, size, position, copy, copied);
	kvfree(copy);
	return result;
}

void problem_begin(struct problem_step *step, struct problem_log *log)
{
	step->task = current;
	step->log = log;
	step->lines = kvmalloc(LINES_LIMIT, GFP_KERNEL);
	step->size = 0;
	step->is_cut = false;
	if (log)
		set_lines(log, NULL, 0);
	spin_lock(&steps_lock);
	list_add(&step->node, &steps);
	spin_unlock(&steps_lock);
}

/* A line that does not fit is left out as a whole. */
static __printf(2, 0) void add_line(
	struct problem_step *step, const char *format, va_list arguments)
{
	size_t room = LINES_LIMIT - sizeof(cut_line) - step->size;
	int length = vsnprintf(step->lines + step->size, room, format, arguments);

	if (step->is_cut || length + 1 >= room) {
		step->is_cut = true;
		return;
	}
	step->size += length;
	step->lines[step->size++] = '\n';
}

void problem_add(const char *format, ...)
{
	struct problem_step *step = find_step();
	struct va_format line = {.fmt = format};
	va_list arguments;

	va_start(arguments, format);
	line.va = &arguments;
	if (step && step->lines)
		add_line(step, format, arguments);
	else
		pr_err("%pV\n", &line);
	va_end(arguments);
}

int problem_add_errno(const char *object, int result)
{
	const struct problem_step *step = find_step();

	if (!result || (step && step->size))
		return result;
	if (result == -ENOMEM)
		problem_add("%s: the kernel is out of memory", object);
	else
		problem_add("%s: the kernel says %pe", object, ERR_PTR(result));
	return result;
}

static void print_lines(const char *lines, size_t size)
{
	const char *end = lines + size;

	while (lines < end) {
		const char *newline = memchr(lines, '\n', end - lines);

		pr_err("%.*s\n", (int)(newline - lines), lines);
		lines = newline + 1;
	}
}

void problem_end(struct problem_step *step)
{
	spin_lock(&steps_lock);
	list_del(&step->node);
	spin_unlock(&steps_lock);
	if (!step->lines)
		return;
	if (step->is_cut) {
		memcpy(step->lines + step->size, cut_line, sizeof(cut_line) - 1);
		step->size += sizeof(cut_line) - 1;
	}
	print_lines(step->lines, step->size);
	if (step->log)
		set_lines(step->log, step->lines, step->size);
	else
		kvfree(step->lines);
}
