// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/update_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/update.h"
#include "apply/change_report.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
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

#define TEXT(name) #name, offsetof(struct update_state, name)

static const struct update_file {
	const char *name;
	size_t offset;   /* of the member */
	bool is_private; /* for root's eyes only: it names other users' threads */
} texts[] = {
	{TEXT(state)},
	{TEXT(target)},
	{TEXT(build_id)},
	{TEXT(parts)},
	{TEXT(functions)},
	{TEXT(constants)},
	{TEXT(hooks)},
	{TEXT(depends)},
	{TEXT(overridden)},
	{TEXT(replaced_by)},
	{TEXT(conflicts), .is_private = true},
	{TEXT(stacks), .is_private = true},
};

static const struct update_file numbers[] = {
	{TEXT(changed_at)},
	{TEXT(pause_ns)},
	{TEXT(stop_ns)},
	{TEXT(attempts)},
};

enum {
	TEXTS = sizeof(texts) / sizeof(*texts),
	NUMBERS = sizeof(numbers) / sizeof(*numbers),
};

static char **update_state_text(struct update_state *state, size_t i)
{
	return (char **)((char *)state + texts[i].offset);
}

static uint64_t *update_state_number(struct update_state *state, size_t i)
{
	return (uint64_t *)((char *)state + numbers[i].offset);
}

void update_state_deinit(struct update_state *state)
{
	for (size_t i = 0; i < TEXTS; i++)
		free(*update_state_text(state, i));
	free(state->id);
	*state = (struct update_state){0};
}

struct error *update_state_read(const char *id, struct update_state *state)
{
	scope_state struct update_state found = {.id = memory_copy_text(id)};
	for (size_t i = 0; i < TEXTS; i++) {
		char **text = update_state_text(&found, i);

		if (texts[i].is_private && geteuid())
			*text = memory_copy_text("");
		else
			try(update_state_read_text(id, texts[i].name, text));
	}
	for (size_t i = 0; i < NUMBERS; i++) {
		scope_free char *text = NULL;
		try(update_state_read_text(id, numbers[i].name, &text));
		*update_state_number(&found, i) = strtoull(text, NULL, 10);
	}
	*state = found;
	found = (struct update_state){0};
	return NULL;
}

bool update_state_is_applied(const struct update_state *state)
{
	return !strcmp(state->state, UPDATE_STATE_APPLIED);
}

static void update_state_note_applied(char *line, void *data)
{
	char *rest = NULL;
	strtok_r(line, " ", &rest);
	const char *state = strtok_r(NULL, " ", &rest);
	*(bool *)data |= state && !strcmp(state, UPDATE_STATE_APPLIED);
}

bool update_state_is_waiting(const struct update_state *state)
{
	bool has_applied = false;
	update_state_each_line(state->parts, update_state_note_applied, &has_applied);
	return update_state_is_applied(state) && !has_applied;
}

const char *update_state_word(const struct update_state *state)
{
	return update_state_is_waiting(state) ? "waiting" : state->state;
}

void update_state_each_line(
	const char *lines, void (*visit)(char *line, void *data), void *data)
{
	scope_free char *copy = memory_copy_text(lines);
	char *rest = NULL;
	for (char *line = strtok_r(copy, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		visit(line, data);
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

void update_state_free_list(char **ids)
{
	for (char **id = ids; id && *id; id++)
		free(*id);
	free(ids);
}

static void update_state_note_signalled(char *line, void *data)
{
	char *rest = NULL;
	const char *pid = strtok_r(line, "\t", &rest);
	const char *name = strtok_r(NULL, "\t", &rest);
	const char *outcome = strtok_r(NULL, "\t", &rest);
	if (outcome && !strcmp(outcome, "woken"))
		change_report_add_signalled(data, (int)strtol(pid, NULL, 10), name);
}

struct error *update_state_signal(const char *id, struct change_report *report)
{
	scope_free char *path = update_state_path(id, "signal");
	scope_free char *signalled = NULL;
	scope_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno("%s", path);
	if (write(fd, "1", 1) != 1)
		return error_errno("%s", path);
	try(update_state_read_text(id, "signalled", &signalled));
	update_state_each_line(signalled, update_state_note_signalled, report);
	return NULL;
}
