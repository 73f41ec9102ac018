// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/update.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

#define SYSFS_FOLDER "/sys/kernel/" KSPLICE_SYSFS_NAME

static char *update_state_path(const char *id, const char *name)
{
	return memory_format(SYSFS_FOLDER "/%s/%s", id, name);
}

bool update_state_exists(const char *id)
{
	scope_free char *path = update_state_path(id, "state");
	return *id && !strchr(id, '/') && file_exists(path);
}

/* The file's text without the last newline. */
static struct error *update_state_read_text(
	const char *id, const char *name, char **value)
{
	scope_free char *path = update_state_path(id, name);
	scope_text struct text text = {0};
	try(file_read(path, &text));
	if (text.size && text.data[text.size - 1] == '\n')
		text.size--;
	*value = memory_copy_range(text.size ? text.data : "", text.size);
	return NULL;
}

static struct error *update_state_read_number(
	const char *id, const char *name, uint64_t *value)
{
	scope_free char *text = NULL;
	try(update_state_read_text(id, name, &text));
	*value = strtoull(text, NULL, 10);
	return NULL;
}

void update_state_deinit(struct update_state *state)
{
	free(state->id);
	free(state->state);
	free(state->target);
	free(state->build_id);
	free(state->functions);
	free(state->constants);
	free(state->conflicts);
	*state = (struct update_state){0};
}

struct error *update_state_read(const char *id, struct update_state *state)
{
	scope_state struct update_state found = {.id = memory_copy_text(id)};
	try(update_state_read_text(id, "state", &found.state));
	try(update_state_read_text(id, "target", &found.target));
	try(update_state_read_text(id, "build_id", &found.build_id));
	try(update_state_read_text(id, "functions", &found.functions));
	try(update_state_read_text(id, "constants", &found.constants));
	/* For root's eyes only: it names other users' threads. */
	if (geteuid())
		found.conflicts = memory_copy_text("");
	else
		try(update_state_read_text(id, "conflicts", &found.conflicts));
	try(update_state_read_number(id, "pause_ns", &found.pause_ns));
	try(update_state_read_number(id, "attempts", &found.attempts));
	*state = found;
	found = (struct update_state){0};
	return NULL;
}

/* Calls visit for each line; the line is a copy that it may change. */
static void update_state_each_line(
	const char *lines, void (*visit)(char *line, void *data), void *data)
{
	scope_free char *copy = memory_copy_text(lines);
	char *rest = NULL;
	for (char *line = strtok_r(copy, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		visit(line, data);
}

static void update_state_count_function(char *line, void *data)
{
	*(size_t *)data += text_has_suffix(line, " replaced");
}

static void update_state_count_constant(char *line, void *data)
{
	(void)line;
	++*(size_t *)data;
}

size_t update_state_count_functions(const struct update_state *state)
{
	size_t count = 0;
	update_state_each_line(state->functions, update_state_count_function, &count);
	return count;
}

size_t update_state_count_constants(const struct update_state *state)
{
	size_t count = 0;
	update_state_each_line(state->constants, update_state_count_constant, &count);
	return count;
}

static int update_state_compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

struct error *update_state_list(char ***ids)
{
	array_of(char *) found = {0};
	DIR *directory = opendir(SYSFS_FOLDER);

	if (!directory && errno != ENOENT)
		return error_errno(SYSFS_FOLDER);
	for (struct dirent *entry; directory && (entry = readdir(directory));) {
		if (entry->d_name[0] != '.' && update_state_exists(entry->d_name))
			*array_add(&found) = memory_copy_text(entry->d_name);
	}
	if (directory)
		closedir(directory);
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items),
			update_state_compare);
	*array_add(&found) = NULL;
	*ids = found.items;
	return NULL;
}

static void update_state_describe_function(char *line, void *data)
{
	char *rest = NULL;
	const char *name = strtok_r(line, " ", &rest);
	const char *size = strtok_r(NULL, " ", &rest);
	const char *kind = strtok_r(NULL, " ", &rest);
	if (!name || !size || !kind)
		return;
	struct json_t *function = json_make_object();
	json_put_text(function, "name", name);
	json_put_number(function, "size", strtoll(size, NULL, 10));
	json_put_text(function, "kind", kind);
	json_append(data, function);
}

static void update_state_describe_constant(char *line, void *data)
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

struct json_t *update_state_describe(const struct update_state *state)
{
	struct json_t *object = json_make_object();
	struct json_t *functions = json_make_array();
	update_state_each_line(
		state->functions, update_state_describe_function, functions);
	struct json_t *constants = json_make_array();
	update_state_each_line(
		state->constants, update_state_describe_constant, constants);
	json_put_text(object, "id", state->id);
	json_put_text(object, "state", state->state);
	json_put_text(object, "target", state->target);
	json_put_text(object, "build_id", state->build_id);
	json_put(object, "functions", functions);
	json_put(object, "constants", constants);
	json_put_real(object, "pause_ms", (double)state->pause_ns / 1e6);
	json_put_number(object, "attempts", (int64_t)state->attempts);
	return object;
}

static void update_state_describe_conflict(char *line, void *data)
{
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
	json_append(data, conflict);
}

struct json_t *update_state_describe_conflicts(const struct update_state *state)
{
	struct json_t *conflicts = json_make_array();
	update_state_each_line(
		state->conflicts, update_state_describe_conflict, conflicts);
	return conflicts;
}
