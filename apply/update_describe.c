// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_describe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

static void update_describe_count_function(char *line, void *data)
{
	char *rest = NULL;
	strtok_r(line, " ", &rest);
	strtok_r(NULL, " ", &rest);
	const char *kind = strtok_r(NULL, " ", &rest);
	*(size_t *)data += kind && !strcmp(kind, "replaced");
}

static void update_describe_count_constant(char *line, void *data)
{
	(void)line;
	++*(size_t *)data;
}

size_t update_describe_count_functions(const struct update_state *state)
{
	size_t count = 0;
	update_state_each_line(state->functions, update_describe_count_function, &count);
	return count;
}

size_t update_describe_count_constants(const struct update_state *state)
{
	size_t count = 0;
	update_state_each_line(state->constants, update_describe_count_constant, &count);
	return count;
}

enum { COLUMNS = 4 };

/* A text of struct update_state whose lines have columns with a space between. The last
 * column that a line has room for takes what is left of it. */
static const struct describe_list {
	const char *key;
	size_t offset; /* of the member */
	const char *columns[COLUMNS];
} lists[] = {
	{"parts", offsetof(struct update_state, parts), {"target", "state", "module"}},
	{"functions", offsetof(struct update_state, functions),
		{"name", "size", "kind", "overridden_by"}},
	{"constants", offsetof(struct update_state, constants),
		{"name", "size", "overridden_by"}},
	{"hooks", offsetof(struct update_state, hooks), {"kind", "function"}},
	{"depends", offsetof(struct update_state, depends), {"id"}},
	{"overridden", offsetof(struct update_state, overridden),
		{"function", "kind", "by"}},
};

struct describe_lines {
	const struct describe_list *list;
	struct json_t *items;
};

static void update_describe_line(char *line, void *data)
{
	const struct describe_lines *lines = data;
	struct json_t *item = json_make_object();

	for (size_t i = 0; i < COLUMNS && lines->list->columns[i] && line; i++) {
		const char *column = lines->list->columns[i];
		bool is_last = i + 1 == COLUMNS || !lines->list->columns[i + 1];
		char *end = is_last ? NULL : strchr(line, ' ');
		if (end)
			*end++ = '\0';
		if (!strcmp(column, "size"))
			json_put_number(item, column, strtoll(line, NULL, 10));
		else
			json_put_text(item, column, line);
		line = end;
	}
	json_append(lines->items, item);
}

static struct json_t *update_describe_targets(const struct update_state *state)
{
	scope_free char *names = memory_copy_text(state->target);
	scope_free char *build_ids = memory_copy_text(state->build_id);
	struct json_t *targets = json_make_array();
	char *rest = NULL;
	char *build_rest = NULL;
	const char *name = strtok_r(names, "\n", &rest);
	const char *build_id = strtok_r(build_ids, "\n", &build_rest);

	for (; name; name = strtok_r(NULL, "\n", &rest)) {
		struct json_t *target = json_make_object();
		json_put_text(target, "name", name);
		json_put_text(target, "build_id", build_id);
		json_append(targets, target);
		if (build_id)
			build_id = strtok_r(NULL, "\n", &build_rest);
	}
	return targets;
}

struct json_t *update_describe(const struct update_state *state)
{
	struct json_t *object = json_make_object();

	json_put_text(object, "id", state->id);
	json_put_text(object, "state", update_state_word(state));
	json_put(object, "targets", update_describe_targets(state));
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct describe_lines lines = {&lists[i], json_make_array()};
		const char *text =
			*(char *const *)((const char *)state + lists[i].offset);
		update_state_each_line(text, update_describe_line, &lines);
		json_put(object, lists[i].key, lines.items);
	}
	if (*state->replaced_by)
		json_put_text(object, "replaced_by", state->replaced_by);
	json_put_number(object, "changed_at", (int64_t)state->changed_at);
	json_put_real(object, "pause_ms", (double)state->pause_ns / 1e6);
	json_put_real(object, "stop_ms", (double)state->stop_ns / 1e6);
	json_put_number(object, "attempts", (int64_t)state->attempts);
	return object;
}

static void update_describe_add_target(char *line, void *data)
{
	struct text *list = data;
	text_add_format(list, "%s%s", list->size ? "," : "", line);
}

char *update_describe_list_targets(const struct update_state *state)
{
	scope_text struct text list = {0};
	update_state_each_line(state->target, update_describe_add_target, &list);
	return memory_copy_text(list.size ? list.data : "");
}

/* Looks in the lines of "stacks" for one thread. */
struct stack_search {
	int64_t pid;
	bool is_inside; /* the lines are this thread's */
	struct json_t *conflict;
	struct json_t *stack;
};

/* "pid name cpu", or, with a tab in front, a frame of the thread above. */
static void update_describe_stack_line(char *line, void *data)
{
	struct stack_search *search = data;
	char *rest = NULL;

	if (*line == '\t') {
		if (search->is_inside)
			json_append_text(search->stack, line + 1);
		return;
	}
	const char *pid = strtok_r(line, "\t", &rest);
	const char *name = strtok_r(NULL, "\t", &rest);
	const char *cpu = strtok_r(NULL, "\t", &rest);
	search->is_inside = pid && strtoll(pid, NULL, 10) == search->pid;
	if (search->is_inside && name && cpu)
		json_put_number(search->conflict, "cpu", strtoll(cpu, NULL, 10));
}

struct conflict_search {
	const struct update_state *state;
	struct json_t *conflicts;
};

static void update_describe_conflict(char *line, void *data)
{
	struct conflict_search *search = data;
	char *rest = NULL;
	const char *pid = strtok_r(line, "\t", &rest);
	const char *name = strtok_r(NULL, "\t", &rest);
	const char *place = strtok_r(NULL, "\t", &rest);
	const char *function = strtok_r(NULL, "\t", &rest);
	if (!pid || !name || !place || !function)
		return;
	struct json_t *conflict = json_make_object();
	json_put_number(conflict, "pid", strtoll(pid, NULL, 10));
	json_put_text(conflict, "name", name);
	json_put_text(conflict, "place", place);
	json_put_text(conflict, "function", function);
	struct stack_search stack = {
		strtoll(pid, NULL, 10), false, conflict, json_make_array()};
	update_state_each_line(search->state->stacks, update_describe_stack_line, &stack);
	json_put(conflict, "stack", stack.stack);
	json_append(search->conflicts, conflict);
}

struct json_t *update_describe_conflicts(const struct update_state *state)
{
	struct conflict_search search = {state, json_make_array()};
	update_state_each_line(state->conflicts, update_describe_conflict, &search);
	return search.conflicts;
}
