// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/remake.h"

#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/tree/compile.h"
#include "differ/tree/kernel_tree.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/install_path.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

#define REMAKE_WRAPPER "ksplice-cc"

/* One object on its way; everything but object is owned. */
struct remake {
	const char *object;
	char *folder; /* what ksplice-cc puts there */
	char *made;   /* the object in it */
	char *record; /* the record in it */
	char *script; /* the command, for the shell */
	struct text said;
};

/* What make must not read as its own, see "scripts/Kbuild.include", make-cmd. */
static const struct remake_escape {
	const char *written;
	const char *meant;
} remake_escapes[] = {
	{"$(pound)", "#"},
	{"$$", "$"},
};

static void remake_add_unescaped(struct text *script, const char *command)
{
	size_t count = sizeof(remake_escapes) / sizeof(remake_escapes[0]);
	while (*command) {
		size_t i = 0;
		while (i < count && !text_has_prefix(command, remake_escapes[i].written))
			i++;
		text_add_range(script, i < count ? remake_escapes[i].meant : command, 1);
		command += i < count ? strlen(remake_escapes[i].written) : 1;
	}
}

/* The command behind "ksplice-cc", where the tree was built with it. */
static const char *remake_skip_wrapper(const char *command)
{
	for (const char *word = command; *word;) {
		size_t length = strcspn(word, " ");
		scope_free char *name = memory_copy_range(word, length);
		const char *next = word + length + strspn(word + length, " ");
		if (strcmp(file_name(name), REMAKE_WRAPPER) == 0)
			return next;
		if (*word == '-')
			break;
		word = next;
	}
	return command;
}

/* The compile that kbuild ran for the object; the first of what it kept. */
static struct error *remake_read_command(
	const struct kernel_tree *tree, const char *object, char **command)
{
	scope_free char *folder = file_parent(object);
	scope_free char *path =
		memory_format("%s/%s/.%s.cmd", tree->objects, folder, file_name(object));
	scope_text struct text text = {0};
	struct error *error = file_read(path, &text);
	if (error)
		return error_hint(
			error, "kbuild has no saved command for it: build it again");
	text.data[strcspn(text.data, "\n")] = '\0';
	char *start = strstr(text.data, " := ");
	if (!start)
		return error_failed("%s: contains no command", path);
	start += strlen(" := ");
	char *end = strstr(start, " ; ");
	if (end)
		*end = '\0';
	*command = memory_copy_text(remake_skip_wrapper(start));
	return NULL;
}

static struct error *remake_prepare(const struct kernel_tree *tree, struct remake *remake)
{
	scope_free char *command = NULL;
	try(remake_read_command(tree, remake->object, &command));
	try(file_make_temporary("ksplice-remake", &remake->folder));
	remake->made = file_join(remake->folder, KSPLICE_REMADE_OBJECT);
	remake->record = file_join(remake->folder, KSPLICE_REMADE_RECORD);
	scope_free char *wrapper = install_path_find_program(REMAKE_WRAPPER);
	scope_text struct text script = {0};
	text_add_format(
		&script, "exec '%s' --ksplice-remake='%s' ", wrapper, remake->folder);
	remake_add_unescaped(&script, command);
	remake->script = memory_copy_text(script.data);
	return NULL;
}

static struct error *remake_compare(
	const struct kernel_tree *tree, const struct remake *remake)
{
	scope_free char *path = file_join(tree->objects, remake->object);
	scope_text struct text built = {0};
	scope_text struct text made = {0};
	try(file_read(path, &built));
	try(file_read(remake->made, &made));
	if (built.size == made.size && memcmp(built.data, made.data, built.size) == 0)
		return NULL;
	return error_hint(
		error_refused("object-differs",
			"%s: compiled again, it comes out different", remake->object),
		"a source file, the compiler or the object has changed since the build: build "
		"it again");
}

/* What follows the compile, and the record's way into the tree. */
static struct error *remake_finish(
	const struct kernel_tree *tree, struct remake *remake, int status)
{
	if (status)
		return error_failed("%s: %s", remake->object,
			remake->said.size ? remake->said.data : "does not compile");
	const char *made = remake->made;
	try(compile_run_objtool(tree, remake->object, &made, 1));
	try(remake_compare(tree, remake));
	scope_text struct text record = {0};
	try(file_read(remake->record, &record));
	scope_free char *path = memory_format("%s/%s/%s%s", tree->objects,
		KSPLICE_RECORD_DIR, remake->object, KSPLICE_RECORD_SUFFIX);
	return file_write(path, record.data, record.size);
}

static void remake_deinit(struct remake *remake)
{
	if (remake->folder)
		error_free(file_remove(remake->folder));
	free(remake->folder);
	free(remake->made);
	free(remake->record);
	free(remake->script);
	text_deinit(&remake->said);
}

struct error *remake_records(const struct kernel_tree *tree, const char *const *objects,
	size_t count, struct error **errors)
{
	struct remake *remakes = memory_allocate((count + 1) * sizeof(*remakes));
	struct process_request *requests =
		memory_allocate((count + 1) * sizeof(*requests));
	int *statuses = memory_allocate((count + 1) * sizeof(*statuses));
	size_t *places = memory_allocate((count + 1) * sizeof(*places));
	const char *(*arguments)[4] = memory_allocate((count + 1) * sizeof(*arguments));
	size_t started = 0;
	for (size_t i = 0; i < count; i++) {
		struct remake *remake = &remakes[i];
		remake->object = objects[i];
		errors[i] = remake_prepare(tree, remake);
		if (errors[i])
			continue;
		arguments[i][0] = "sh";
		arguments[i][1] = "-c";
		arguments[i][2] = remake->script;
		places[started] = i;
		requests[started++] = (struct process_request){
			.arguments = arguments[i],
			.folder = tree->objects,
			.output = &remake->said,
			.errors = &remake->said,
		};
	}
	struct error *error =
		started ? process_run_all(requests, started, statuses) : NULL;
	for (size_t i = 0; i < started && !error; i++)
		errors[places[i]] = remake_finish(tree, &remakes[places[i]], statuses[i]);
	for (size_t i = 0; i < count; i++) {
		remake_deinit(&remakes[i]);
		if (error) {
			error_free(errors[i]);
			errors[i] = NULL;
		}
	}
	free(remakes);
	free(requests);
	free(statuses);
	free(places);
	free(arguments);
	return error;
}
