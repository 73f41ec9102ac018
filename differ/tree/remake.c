// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/tree/remake.h"

#include <stdlib.h>
#include <string.h>

#include "abi/record.h"
#include "differ/tree/build_command.h"
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

static struct error *remake_prepare(const struct kernel_tree *tree, struct remake *remake)
{
	scope_free char *command = NULL;
	try(build_command_read(tree, remake->object, &command));
	try(file_make_temporary("ksplice-remake", &remake->folder));
	remake->made = file_join(remake->folder, KSPLICE_REMADE_OBJECT);
	remake->record = file_join(remake->folder, KSPLICE_REMADE_RECORD);
	scope_free char *wrapper = install_path_find_program(REMAKE_WRAPPER);
	scope_text struct text script = {0};
	text_add_format(
		&script, "exec '%s' --ksplice-remake='%s' ", wrapper, remake->folder);
	text_add(&script, command);
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
