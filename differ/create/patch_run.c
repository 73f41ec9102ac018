// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_run.h"

#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

static const char file_mark[] = "patching file ";
static const char applied_mark[] = "Reversed (or previously applied) patch detected";

/* fuzz: how many lines at the ends of a hunk's context patch(1) may ignore. */
static struct error *patch_run(const char *patch_path, unsigned fuzz, bool is_dry,
	const char *folder, struct text *said, int *status)
{
	scope_free char *fuzz_option = memory_format("--fuzz=%u", fuzz);
	scope_free char *directory = memory_format("--directory=%s", folder);
	scope_free char *input = memory_format("--input=%s", patch_path);
	const char *const arguments[] = {"patch", "-p0", fuzz_option, directory, input,
		"--batch", "--forward", "--no-backup-if-mismatch", "--reject-file=-",
		is_dry ? "--dry-run" : NULL, NULL};
	static const char *const environment[] = {"LC_ALL=C", NULL};
	struct process_request request = {.arguments = arguments,
		.environment = environment,
		.output = said,
		.errors = said};
	struct error *error = process_run(&request, status);
	if (!error || process_interruption())
		return error;
	return error_hint(error_prefix(error, "the program patch cannot be run"),
		"install it (Debian: the package patch)");
}

/* The file that patch(1) was at when it said that the change is there; NULL if it never
 * said so. */
static char *patch_find_applied(const char *said)
{
	const char *found = strstr(said, applied_mark);
	const char *file = NULL;
	const char *next = said;
	if (!found)
		return NULL;
	while ((next = strstr(next, file_mark)) && next < found) {
		next += strlen(file_mark);
		file = next;
	}
	return file ? memory_copy_range(file, strcspn(file, "\n"))
		    : memory_copy_text("the file");
}

static struct error *patch_explain(const char *name, const char *patch_path,
	const char *before, const struct text *said)
{
	enum { FUZZ = 2 }; /* what patch(1) allows by default */
	const char *output = said->data ? said->data : "";
	scope_free char *applied = patch_find_applied(output);
	if (applied)
		return error_hint(
			error_refused("already-applied",
				"%s: the source tree seems to have this change already, in %s",
				name, applied),
			"if the kernel was built from this source, it has the change; if "
			"the patch was made the wrong way round, make it again: diff -u "
			"OLD NEW");
	scope_text struct text again = {0};
	int status;
	try(patch_run(patch_path, FUZZ, true, before, &again, &status));
	return error_hint(
		error_refused("patch-does-not-apply", "%s: %s to the source tree:\n%s",
			name,
			status ? "does not apply" : "applies only inexactly (with fuzz)",
			output),
		"make the patch against the very source that the kernel was built from");
}

struct error *patch_run_apply(const char *name, const char *patch_path,
	const char *before, const char *folder, struct text *said)
{
	int status;
	try(patch_run(patch_path, 0, false, folder, said, &status));
	return status ? patch_explain(name, patch_path, before, said) : NULL;
}
