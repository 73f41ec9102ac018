// SPDX-License-Identifier: GPL-2.0-or-later
#include "apply/installed_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "apply/crash_guard.h"
#include "apply/update_folder.h"
#include "apply/update_state.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/json.h"
#include "lib/memory.h"
#include "lib/text.h"

#define INSTALLED_FOLDER "/var/lib/ksplice"
#define FAILED_FOLDER "/run/ksplice/failed"

const char *installed_list_folder(void)
{
	const char *folder = getenv(KSPLICE_ENV_INSTALLED);
	return folder && *folder ? folder : INSTALLED_FOLDER;
}

char *installed_list_running(void)
{
	struct utsname names;

	uname(&names);
	return file_join(installed_list_folder(), names.release);
}

struct error *installed_list_note(const char *name, const char *text)
{
	scope_free char *path = file_join(FAILED_FOLDER, name);
	return text ? file_write(path, text, strlen(text)) : file_remove(path);
}

static void installed_list_put_why(struct json_t *update, const char *name)
{
	scope_free char *path = file_join(FAILED_FOLDER, name);
	scope_text struct text why = {0};

	if (!file_exists(path))
		return;
	error_free(file_read(path, &why));
	json_put_text(update, "why", why.data);
}

static struct json_t *installed_list_add(
	struct json_t *list, const char *release, const char *file)
{
	struct json_t *update = json_make_object();

	json_put_text(update, "file", file);
	json_put_text(update, "release", release);
	json_append(list, update);
	return update;
}

/* The word for the state of an update that is for the running kernel. */
static struct error *installed_list_judge(
	const struct crash_guard *guard, const char *id, struct json_t *update)
{
	scope_verdict struct crash_guard_verdict verdict = {0};
	scope_state struct update_state state = {0};
	const char *word = "not-applied";

	try(crash_guard_read(guard, id, &verdict));
	/* It may be undone just now: then it is not applied. */
	if (update_state_exists(id)) {
		struct error *error = update_state_read(id, &state);
		if (!error && update_state_is_applied(&state))
			word = update_state_word(&state);
		error_free(error);
	}
	bool is_applied = strcmp(word, "not-applied");
	if (verdict.kind == CRASH_GUARD_BLOCKED && !is_applied)
		word = "blocked";
	if (verdict.kind == CRASH_GUARD_TRIAL && !strcmp(word, UPDATE_STATE_APPLIED))
		word = "on-trial";
	json_put_text(update, "state", word);
	if (!strcmp(word, "blocked")) {
		scope_free char *why = memory_format(
			"the machine went down within a minute after it was applied%s%s",
			verdict.since ? ", at " : "", verdict.since ? verdict.since : "");
		json_put_text(update, "why", why);
	} else if (!is_applied) {
		installed_list_put_why(update, id);
	}
	return NULL;
}

static struct error *installed_list_describe_running(const char *path,
	const char *release, const struct crash_guard *guard, struct json_t *list)
{
	scope_folder struct update_folder folder = {0};

	try(update_folder_open_all(path, &folder));
	for (size_t i = 0; i < folder.count; i++) {
		const struct update_archive *archive = &folder.archives[i];
		struct json_t *update =
			installed_list_add(list, release, file_name(archive->path));
		json_put_text(update, "id", archive->id);
		try(installed_list_judge(guard, archive->id, update));
	}
	for (size_t i = 0; i < folder.skipped_count; i++) {
		struct json_t *update =
			installed_list_add(list, release, folder.skipped[i]);
		json_put_text(update, "state", "other-kernel");
		json_put_text(update, "why",
			"made for another build of a kernel of this release");
	}
	for (size_t i = 0; i < folder.failed_count; i++) {
		struct json_t *update =
			installed_list_add(list, release, folder.failed[i].name);
		json_put_text(update, "state", "damaged");
		json_put_text(update, "why", error_get_text(folder.failed[i].error));
	}
	return NULL;
}

static struct error *installed_list_describe_other(
	const char *path, const char *release, struct json_t *list)
{
	char **names = NULL;
	size_t count = 0;

	try(update_folder_list(path, &names, &count));
	for (size_t i = 0; i < count; i++) {
		struct json_t *update = installed_list_add(list, release, names[i]);
		const char *id = names[i] + strlen("ksplice-");
		scope_free char *copy =
			memory_copy_range(id, strlen(id) - strlen(".tar.gz"));
		json_put_text(update, "id", copy);
		json_put_text(update, "state", "other-kernel");
		free(names[i]);
	}
	free(names);
	return NULL;
}

/* Sorted by name; scandir's are freed one by one. */
static int installed_list_is_release(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "trial");
}

static struct error *installed_list_visit(const char *release,
	const char *running_release, const struct crash_guard *guard, struct json_t *list)
{
	scope_free char *path = file_join(installed_list_folder(), release);

	if (!file_is_folder(path))
		return NULL;
	if (!strcmp(release, running_release))
		return installed_list_describe_running(path, release, guard, list);
	return installed_list_describe_other(path, release, list);
}

struct error *installed_list_describe(struct json_t **list)
{
	scope_guard struct crash_guard guard = {0};
	scope_json struct json_t *made = json_make_array();
	struct dirent **entries = NULL;
	struct error *error = NULL;
	struct utsname names;

	uname(&names);
	try(crash_guard_init(&guard, installed_list_folder()));
	int count = scandir(
		installed_list_folder(), &entries, installed_list_is_release, alphasort);
	if (count < 0 && errno != ENOENT)
		return error_errno("%s", installed_list_folder());
	for (int i = 0; i < count; i++) {
		if (!error)
			error = installed_list_visit(
				entries[i]->d_name, names.release, &guard, made);
		free(entries[i]);
	}
	free(entries);
	if (!error)
		*list = take_pointer(made);
	return error;
}
