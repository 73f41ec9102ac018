// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_describe.h"

#include <stdlib.h>
#include <string.h>

#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

/* What stands between two functions of a stack. */
#define STACK_SEPARATOR " < "

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

static void update_describe_function(char *line, void *data)
{
	char *rest = NULL;
	const char *name = strtok_r(line, " ", &rest);
	const char *size = strtok_r(NULL, " ", &rest);
	const char *kind = strtok_r(NULL, " ", &rest);
	const char *overriding = strtok_r(NULL, " ", &rest);
	if (!name || !size || !kind)
		return;
	struct json_t *function = json_make_object();
	json_put_text(function, "name", name);
	json_put_number(function, "size", strtoll(size, NULL, 10));
	json_put_text(function, "kind", kind);
	if (overriding && strcmp(overriding, "-"))
		json_put_text(function, "overridden_by", overriding);
	json_append(data, function);
}

static void update_describe_constant(char *line, void *data)
{
	char *rest = NULL;
	const char *name = strtok_r(line, " ", &rest);
	const char *size = strtok_r(NULL, " ", &rest);
	if (!name || !size)
		return;
	struct json_t *constant = json_make_object();
	json_put_text(constant, "name", name);
	json_put_number(constant, "size", strtoll(size, NULL, 10));
	json_append(data, constant);
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
	struct json_t *functions = json_make_array();
	update_state_each_line(state->functions, update_describe_function, functions);
	struct json_t *constants = json_make_array();
	update_state_each_line(state->constants, update_describe_constant, constants);
	json_put_text(object, "id", state->id);
	json_put_text(object, "state", state->state);
	json_put(object, "targets", update_describe_targets(state));
	json_put(object, "functions", functions);
	json_put(object, "constants", constants);
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

/* Innermost first. */
static struct json_t *update_describe_stack(char *stack)
{
	struct json_t *array = json_make_array();
	while (stack && *stack) {
		char *end = strstr(stack, STACK_SEPARATOR);
		if (end)
			*end = '\0';
		json_append_text(array, stack);
		stack = end ? end + strlen(STACK_SEPARATOR) : NULL;
	}
	return array;
}

static void update_describe_conflict(char *line, void *data)
{
	char *rest = NULL;
	const char *pid = strtok_r(line, "\t", &rest);
	const char *name = strtok_r(NULL, "\t", &rest);
	const char *place = strtok_r(NULL, "\t", &rest);
	const char *function = strtok_r(NULL, "\t", &rest);
	const char *cpu = strtok_r(NULL, "\t", &rest);
	char *stack = strtok_r(NULL, "\t", &rest);
	if (!pid || !name || !place || !function)
		return;
	struct json_t *conflict = json_make_object();
	json_put_number(conflict, "pid", strtoll(pid, NULL, 10));
	json_put_text(conflict, "name", name);
	json_put_text(conflict, "place", place);
	json_put_text(conflict, "function", function);
	if (cpu)
		json_put_number(conflict, "cpu", strtoll(cpu, NULL, 10));
	json_put(conflict, "stack", update_describe_stack(stack));
	json_append(data, conflict);
}

struct json_t *update_describe_conflicts(const struct update_state *state)
{
	struct json_t *conflicts = json_make_array();
	update_state_each_line(state->conflicts, update_describe_conflict, conflicts);
	return conflicts;
}
