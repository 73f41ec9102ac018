// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "tests/unit/unit_test.h"

/* Runs the function in a process of its own; gives what a shell would as exit status. */
static int run_child(void (*child)(const char *path), const char *path)
{
	int status = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		child(path);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void check_child(bool is_true)
{
	if (!is_true)
		_exit(1);
}

static void die_interrupted(const char *path)
{
	check_child(freopen(path, "w", stdout));
	printf("the result");
	process_catch_signals();
	raise(SIGTERM);
	process_die_interrupted();
	_exit(2);
}

/* A file is buffered as a whole, unlike a terminal. */
static void test_output_at_end(const char *folder)
{
	scope_free char *path = file_join(folder, "output");
	scope_text struct text written = {0};
	UNIT_CHECK(run_child(die_interrupted, path) == 128 + SIGTERM);
	UNIT_CHECK_DONE(file_read(path, &written));
	UNIT_CHECK_TEXT(written.data, "the result");
}

static void ignore_signals(const char *path)
{
	(void)path;
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	process_catch_signals();
	raise(SIGINT);
	raise(SIGHUP);
	check_child(!process_interruption());
	raise(SIGTERM);
	check_child(process_interruption() == SIGTERM);
	process_die_interrupted();
	_exit(2);
}

static void run_interrupted(const char *path)
{
	const char *const arguments[] = {"touch", path, NULL};
	struct process_request request = {.arguments = arguments};
	int status = 0;
	signal(SIGHUP, SIG_DFL);
	process_catch_signals();
	raise(SIGHUP);
	struct error *error = process_run(&request, &status);
	check_child(error && !strcmp(error_get_reason(error), "interrupted"));
	error_free(error);
}

static void raise_quit(int number)
{
	(void)number;
	raise(SIGQUIT);
}

/*
 * SIGQUIT arrives while a program runs, which makes the file when it gets SIGTERM. This
 * process can clean up, and ends by SIGQUIT then.
 */
static void quit(const char *path)
{
	const char *const arguments[] = {"sh", "-c",
		"trap ': >\"$0\"; exit' TERM; kill -USR1 $PPID; "
		"i=0; while [ $((i += 1)) -lt 600 ]; do sleep 0.1; done",
		path, NULL};
	struct process_request request = {.arguments = arguments};
	int status = 0;
	signal(SIGUSR1, raise_quit);
	/* Whoever started this test may ignore it. */
	signal(SIGQUIT, SIG_DFL);
	process_catch_signals();
	struct error *error = process_run(&request, &status);
	check_child(error && !strcmp(error_get_reason(error), "interrupted"));
	error_free(error);
	const struct rlimit no_core = {0, 0};
	setrlimit(RLIMIT_CORE, &no_core);
	process_die_interrupted();
	_exit(2);
}

static void test_signals(const char *folder)
{
	scope_free char *path = file_join(folder, "touched");
	UNIT_CHECK(run_child(ignore_signals, "") == 128 + SIGTERM);
	UNIT_CHECK(run_child(run_interrupted, path) == 0);
	UNIT_CHECK(!file_exists(path));
	UNIT_CHECK(run_child(quit, path) == 128 + SIGQUIT);
	UNIT_CHECK(file_exists(path));
}

/* More than run at the same time. */
#define MANY 200

/* Each says its number, and ends with it. */
static void test_many(void)
{
	static struct text output[MANY];
	static char *scripts[MANY];
	static const char *arguments[MANY][4];
	struct process_request requests[MANY] = {0};
	int statuses[MANY];
	for (int i = 0; i < MANY; i++) {
		scripts[i] = memory_format("echo %d; exit %d", i, i % 100);
		arguments[i][0] = "sh";
		arguments[i][1] = "-c";
		arguments[i][2] = scripts[i];
		requests[i].arguments = arguments[i];
		requests[i].output = &output[i];
		statuses[i] = -1;
	}
	UNIT_CHECK_DONE(process_run_all(requests, MANY, statuses));
	for (int i = 0; i < MANY; i++) {
		scope_free char *wanted = memory_format("%d\n", i);
		UNIT_CHECK_TEXT(output[i].data, wanted);
		UNIT_CHECK(statuses[i] == i % 100);
		text_deinit(&output[i]);
		free(scripts[i]);
	}
}

/* One that cannot be started is an error of all, and those before it are waited for. */
static void test_missing(void)
{
	static const char *const works[] = {"true", NULL};
	static const char *const missing[] = {"/no/such/program", NULL};
	struct process_request requests[] = {
		{.arguments = works},
		{.arguments = missing},
		{.arguments = works},
	};
	int statuses[3];
	UNIT_CHECK_ERROR(process_run_all(requests, 3, statuses),
		"/no/such/program: there is no such program");
}

/* What is missing, and what to install. */
static void test_explanations(const char *folder)
{
	static const struct {
		const char *program;
		const char *folder;
		const char *text;
		const char *hint; /* NULL: there is none */
	} cases[] = {
		{"patch", NULL, "patch: there is no such program",
			"install it (Debian: the package patch)"},
		{"objcopy", NULL, "objcopy: there is no such program",
			"install it (Debian: the package binutils)"},
		{"no-such-program", NULL, "no-such-program: there is no such program",
			"install it, or add its folder to PATH"},
		{"./tools/objtool", NULL, "./tools/objtool: there is no such program",
			NULL},
		{"/bin/sh", "/no/such/folder",
			"/no/such/folder: No such file or directory", NULL},
		{"/etc/passwd", NULL, "/etc/passwd: cannot be run: Permission denied",
			NULL},
	};
	scope_free char *path = memory_copy_text(getenv("PATH"));
	setenv("PATH", folder, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const arguments[] = {cases[i].program, NULL};
		struct process_request request = {
			.arguments = arguments, .folder = cases[i].folder};
		int status;
		struct error *error = process_run(&request, &status);
		const char *hint = error ? error_get_hint(error) : NULL;
		UNIT_CHECK_TEXT(hint ? hint : "", cases[i].hint ? cases[i].hint : "");
		UNIT_CHECK_ERROR(error, cases[i].text);
	}
	setenv("PATH", path, 1);
}

/* As we are when our parent ignores SIGCHLD. */
static void test_ignored_children(void)
{
	static const char *const fails[] = {"sh", "-c", "exit 3", NULL};
	struct process_request request = {.arguments = fails};
	int status = -1;
	signal(SIGCHLD, SIG_IGN);
	UNIT_CHECK_DONE(process_run(&request, &status));
	UNIT_CHECK(status == 3);
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_many();
	test_missing();
	test_explanations(folder);
	test_output_at_end(folder);
	test_signals(folder);
	test_ignored_children();
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
