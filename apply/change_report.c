// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/change_report.h"

#include <stddef.h>
#include <stdio.h>

#include "lib/json.h"
#include "lib/text.h"

void change_report_deinit(struct change_report *report)
{
	json_release(report->conflicts);
	json_release(report->signalled);
	json_release(report->left_out);
	json_release(report->replaced);
	*report = (struct change_report){0};
}

static void change_report_move_one(
	struct json_t **value, struct json_t *object, const char *key)
{
	if (*value)
		json_put(object, key, *value);
	*value = NULL;
}

void change_report_move(struct change_report *report, struct json_t *object)
{
	change_report_move_one(&report->conflicts, object, "conflicts");
	change_report_move_one(&report->signalled, object, "signalled");
	change_report_move_one(&report->left_out, object, "left_out");
	change_report_move_one(&report->replaced, object, "replaced");
}

static void change_report_append(struct json_t **array, struct json_t *item)
{
	if (!*array)
		*array = json_make_array();
	json_append(*array, item);
}

void change_report_leave_out(struct change_report *report, const char *target,
	const char *reason, const char *why)
{
	struct json_t *part = json_make_object();
	json_put_text(part, "target", target);
	json_put_text(part, "reason", reason);
	json_put_text(part, "why", why);
	change_report_append(&report->left_out, part);
}

void change_report_add_signalled(struct change_report *report, int pid, const char *name)
{
	for (size_t i = 0; i < json_count_items(report->signalled); i++) {
		const struct json_t *known = json_find_item(report->signalled, i);
		if (json_find_number(known, "pid", 0) == pid)
			return;
	}
	struct json_t *thread = json_make_object();
	json_put_number(thread, "pid", pid);
	json_put_text(thread, "name", name);
	change_report_append(&report->signalled, thread);
}

/* "-" stands for what the core did not say. */
static const char *change_report_text(const struct json_t *conflict, const char *key)
{
	const char *text = json_find_text(conflict, key);
	return text ? text : "-";
}

/* has_stack: the thread's stack is above already. */
static void change_report_format_conflict(
	const struct json_t *conflict, bool has_stack, struct text *lines)
{
	int64_t cpu = json_find_number(conflict, "cpu", -1);
	char number[24] = "-";
	if (cpu >= 0)
		snprintf(number, sizeof(number), "%lld", (long long)cpu);
	text_add_format(lines, "%8lld  %-16s  %4s  %s, at %s\n",
		(long long)json_find_number(conflict, "pid", 0),
		change_report_text(conflict, "name"), number,
		change_report_text(conflict, "function"),
		change_report_text(conflict, "place"));
	const struct json_t *stack = json_find(conflict, "stack");
	for (size_t i = 0; !has_stack && i < json_count_items(stack); i++)
		text_add_format(lines, "%*s%s\n", 34, "", json_find_item_text(stack, i));
}

void change_report_format_conflicts(
	const struct change_report *report, struct text *lines)
{
	size_t count = json_count_items(report->conflicts);
	if (!count)
		return;
	text_add_format(lines, "%8s  %-16s  %4s  %s\n", "PID", "TASK", "CPU",
		"FUNCTION, ITS STACK BELOW");
	int64_t before = -1;
	for (size_t i = 0; i < count; i++) {
		const struct json_t *conflict = json_find_item(report->conflicts, i);
		int64_t pid = json_find_number(conflict, "pid", 0);
		change_report_format_conflict(conflict, pid == before, lines);
		before = pid;
	}
}

void change_report_format_notes(const struct change_report *report, struct text *lines)
{
	for (size_t i = 0; i < json_count_items(report->replaced); i++)
		text_add_format(lines, "Update %s was replaced and is unloaded\n",
			json_find_item_text(report->replaced, i));
	for (size_t i = 0; i < json_count_items(report->signalled); i++) {
		const struct json_t *thread = json_find_item(report->signalled, i);
		text_add_format(lines, "Woke %s (pid %lld)\n",
			json_find_text(thread, "name"),
			(long long)json_find_number(thread, "pid", 0));
	}
	for (size_t i = 0; i < json_count_items(report->left_out); i++) {
		const struct json_t *part = json_find_item(report->left_out, i);
		text_add_format(lines, "Left out: %s: %s\n",
			json_find_text(part, "target"), json_find_text(part, "why"));
	}
}
