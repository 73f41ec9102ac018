// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "ksplice: " fmt

#include "kmod/kernel/problem.h"

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>

/*
 * Protects text and text_size. It is the innermost lock: nothing is taken, and
 * nothing printed, under it except by problem_end, which holds no other.
 */
static DEFINE_MUTEX(problem_mutex);
static char text[4096];
static size_t text_size;

void problem_begin(void)
{
	mutex_lock(&problem_mutex);
	text_size = 0;
	mutex_unlock(&problem_mutex);
}

void problem_add(const char *format, ...)
{
	va_list arguments;

	mutex_lock(&problem_mutex);
	va_start(arguments, format);
	text_size +=
		vscnprintf(text + text_size, sizeof(text) - text_size, format, arguments);
	va_end(arguments);
	text_size += scnprintf(text + text_size, sizeof(text) - text_size, "\n");
	mutex_unlock(&problem_mutex);
}

void problem_end(void)
{
	size_t start = 0;

	mutex_lock(&problem_mutex);
	while (start < text_size) {
		const char *line = text + start;
		const char *newline = memchr(line, '\n', text_size - start);
		size_t length = newline ? newline - line : text_size - start;

		pr_err("%.*s\n", (int)length, line);
		start += length + 1;
	}
	mutex_unlock(&problem_mutex);
}

ssize_t problem_read(char __user *buffer, size_t size, loff_t *position)
{
	ssize_t result;

	mutex_lock(&problem_mutex);
	result = simple_read_from_buffer(buffer, size, position, text, text_size);
	mutex_unlock(&problem_mutex);
	return result;
}
