// SPDX-License-Identifier: GPL-2.0-or-later
#include "differ/create/patch_git.h"

#include <stdlib.h>
#include <string.h>

#include "differ/create/patch_source.h"
#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/process.h"
#include "lib/text.h"

enum { ARGUMENTS_MOST = 48, ABBREVIATION = 12 };

/* The repository is that of the folder, whatever the environment says; git must not ask a
 * server for objects that are missing, nor write anything. */
static const char *const git_command[] = {"env", "--unset=GIT_DIR",
	"--unset=GIT_WORK_TREE", "--unset=GIT_INDEX_FILE", "--unset=GIT_OBJECT_DIRECTORY",
	"--unset=GIT_ALTERNATE_OBJECT_DIRECTORIES", "--unset=GIT_COMMON_DIR",
	"--unset=GIT_NAMESPACE", "--unset=GIT_PREFIX", "--unset=GIT_CONFIG_PARAMETERS",
	"--unset=GIT_EXTERNAL_DIFF", "--unset=GIT_DIFF_OPTS", "--unset=GIT_TRACE", "git",
	"--no-pager", "--no-replace-objects", "--no-optional-locks", "-c",
	"core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=true",
	"-c", "diff.suppressBlankEmpty=false", NULL};

static const char *const git_environment[] = {"LC_ALL=C", "GIT_NO_LAZY_FETCH=1",
	"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=none", "GIT_LITERAL_PATHSPECS=1",
	NULL};

static const char *const difference_command[] = {"diff-tree", "-r", "--patch", "--binary",
	"--full-index", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames",
	"--no-relative", "--no-indent-heuristic", "--diff-algorithm=myers", "--unified=3",
	"--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/",
	"--submodule=short", NULL};

/* Runs git in the folder; words and then more end with a NULL. */
static struct error *git_run(const char *folder, const char *const *words,
	const char *const *more, struct text *output, struct text *said, int *status)
{
	const char *arguments[ARGUMENTS_MOST];
	const char *const *const parts[] = {git_command, words, more};
	size_t count = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *const *word = parts[i]; *word; word++)
			arguments[count++] = *word;
	}
	arguments[count] = NULL;
	struct process_request request = {.arguments = arguments,
		.folder = folder,
		.environment = git_environment,
		.output = output,
		.errors = said};
	try(process_run(&request, status));
	/* What env says. */
	if (*status == 127 || *status == 126)
		return error_hint(error_failed("the program git cannot be run"),
			"install it (Debian: the package git)");
	return NULL;
}

/* The first line that git printed for the words; NULL where it failed. The caller frees
 * it. */
static struct error *git_ask(
	const char *folder, const char *const *words, struct text *said, char **line)
{
	static const char *const nothing[] = {NULL};
	scope_text struct text output = {0};
	int status;
	try(git_run(folder, words, nothing, &output, said, &status));
	*line = status || !output.size
			? NULL
			: memory_copy_range(output.data, strcspn(output.data, "\n"));
	return NULL;
}

static struct error *check_repository(const char *folder)
{
	static const char *const words[] = {"rev-parse", "--show-toplevel", NULL};
	scope_text struct text said = {0};
	scope_free char *top = NULL;
	try(git_ask(folder, words, &said, &top));
	if (!top)
		return error_hint(
			error_failed("%s: git cannot use it as a repository:\n%s", folder,
				said.data ? said.data : ""),
			"--git reads the repository that the source tree is; without "
			"one, give the patch with --patch=FILE");
	scope_free char *real = realpath(folder, NULL);
	scope_free char *real_top = realpath(top, NULL);
	if (!real || !real_top || strcmp(real, real_top) != 0)
		return error_hint(
			error_failed("%s: not the top of a git repository; that is %s",
				folder, top),
			"--git reads the repository that the source tree is; without "
			"one, give the patch with --patch=FILE");
	return NULL;
}

static struct error *find_commit(const char *folder, const char *name, char **commit)
{
	scope_text struct text said = {0};
	scope_free char *wanted = memory_format("%s^{commit}", name[0] ? name : "HEAD");
	const char *const words[] = {
		"rev-parse", "--verify", "--quiet", "--end-of-options", wanted, NULL};
	try(git_ask(folder, words, &said, commit));
	if (!*commit)
		return error_hint(
			error_failed("--git=%s: no such commit in %s", name, folder),
			"name a commit, or a range A..B");
	return NULL;
}

/* The parent of a commit that has one. */
static struct error *find_parent(
	const char *folder, const char *name, const char *commit, char **parent)
{
	const char *const words[] = {
		"rev-list", "--parents", "--max-count=1", commit, NULL};
	scope_text struct text said = {0};
	scope_free char *line = NULL;
	try(git_ask(folder, words, &said, &line));
	const char *first = line ? strchr(line, ' ') : NULL;
	if (!line)
		return error_failed("--git=%s: git cannot read the commit:\n%s", name,
			said.data ? said.data : "");
	if (!first)
		return error_hint(
			error_refused("root-commit",
				"--git=%s: the commit has no parent in this repository, "
				"so it is no change",
				name),
			"in a shallow clone, get the parent with 'git fetch --deepen=1'");
	if (strchr(first + 1, ' '))
		return error_hint(
			error_refused("merge-commit",
				"--git=%s: the commit is a merge of several", name),
			"name the side that is the change: --git=%s^1..%s", name, name);
	*parent = memory_copy_text(first + 1);
	return NULL;
}

/* The commit's text as a mail; indented, so that no line of it is one of a diff. */
static void print_message(
	const char *commit, const char *title, const char *body, struct text *text)
{
	text_add_format(text, "From %s Mon Sep 17 00:00:00 2001\nSubject: [PATCH] %s\n\n",
		commit, title);
	for (const char *line = body; *line;) {
		size_t length = strcspn(line, "\n");
		text_add_format(
			text, "%s%.*s\n", length ? "    " : "", (int)length, line);
		line += length + (line[length] == '\n');
	}
	text_add(text, "---\n\n");
}

/* The commit's text, which a blank line parts from its headers; its first line is the
 * title. */
static struct error *read_message(
	const char *folder, const char *commit, char **title, struct text *text)
{
	const char *const words[] = {"cat-file", "commit", commit, NULL};
	static const char *const nothing[] = {NULL};
	scope_text struct text output = {0};
	scope_text struct text said = {0};
	int status;
	try(git_run(folder, words, nothing, &output, &said, &status));
	const char *message = output.data ? strstr(output.data, "\n\n") : NULL;
	if (!message)
		return NULL;
	message += 2;
	size_t length = strcspn(message, "\n");
	*title = memory_copy_range(message, length);
	message += length;
	print_message(commit, *title, message + strspn(message, "\n"), text);
	return NULL;
}

/* The ends of "A..B"; a missing one is HEAD. */
static struct error *read_range(
	const char *folder, const char *name, const char *dots, char **from, char **to)
{
	scope_free char *first = memory_copy_range(name, (size_t)(dots - name));
	if (dots[2] == '.')
		return error_usage(
			"--git=%s: three dots have no meaning here; write A..B "
			"for the difference from A to B",
			name);
	try(find_commit(folder, first, from));
	return find_commit(folder, dots + 2, to);
}

static struct error *read_difference(const char *folder, const char *name,
	const char *from, const char *to, struct text *text)
{
	const char *const ends[] = {from, to, "--", NULL};
	scope_text struct text said = {0};
	size_t known = text->size;
	int status;
	try(git_run(folder, difference_command, ends, text, &said, &status));
	if (status)
		return error_failed("--git=%s: git diff-tree failed:\n%s", name,
			said.data ? said.data : "");
	if (text->size == known)
		return error_failed("--git=%s: no file changes there", name);
	if (strlen(text->data) != text->size)
		return error_failed("--git=%s: the change is not a text", name);
	return NULL;
}

struct error *patch_git_read(
	const char *folder, const char *name, struct patch_sources *sources)
{
	scope_free char *from = NULL;
	scope_free char *to = NULL;
	scope_free char *title = NULL;
	scope_text struct text text = {0};
	const char *dots = strstr(name, "..");
	if (!name[0])
		return error_usage("--git: no commit given");
	try(check_repository(folder));
	if (dots) {
		try(read_range(folder, name, dots, &from, &to));
	} else {
		try(find_commit(folder, name, &to));
		try(find_parent(folder, name, to, &from));
		try(read_message(folder, to, &title, &text));
	}
	try(read_difference(folder, name, from, to, &text));
	*array_add(sources) = (struct patch_source){
		.name = dots ? memory_format("commits %.*s..%.*s", ABBREVIATION, from,
				       ABBREVIATION, to)
			     : memory_format("commit %.*s", ABBREVIATION, to),
		.file_name = memory_format("%.*s.patch", ABBREVIATION, to),
		.title = take_pointer(title),
		.text = text,
	};
	text = (struct text){0};
	return NULL;
}

/* The commits of the range, the oldest first; what merges brought is in the commits that
 * they merged. */
struct error *patch_git_read_each(
	const char *folder, const char *name, struct patch_sources *sources)
{
	static const char *const nothing[] = {NULL};
	scope_free char *from = NULL;
	scope_free char *to = NULL;
	scope_free char *range = NULL;
	scope_text struct text output = {0};
	scope_text struct text said = {0};
	const char *dots = strstr(name, "..");
	int status;
	if (!dots)
		return patch_git_read(folder, name, sources);
	try(check_repository(folder));
	try(read_range(folder, name, dots, &from, &to));
	range = memory_format("%s..%s", from, to);
	const char *const words[] = {"rev-list", "--reverse", "--topo-order",
		"--no-merges", range, "--", NULL};
	try(git_run(folder, words, nothing, &output, &said, &status));
	if (status)
		return error_failed("--git=%s: git rev-list failed:\n%s", name,
			said.data ? said.data : "");
	for (const char *line = output.data; line && *line;) {
		size_t length = strcspn(line, "\n");
		scope_free char *commit = memory_copy_range(line, length);
		try(patch_git_read(folder, commit, sources));
		line += length + (line[length] == '\n');
	}
	return output.size ? NULL : error_failed("--git=%s: there is no commit", name);
}
