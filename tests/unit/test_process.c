// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
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
	process_catch_signals();
	raise(SIGHUP);
	struct error *error = process_run(&request, &status);
	check_child(error && !strcmp(error_get_reason(error), "interrupted"));
	error_free(error);
}

static void test_signals(const char *folder)
{
	scope_free char *path = file_join(folder, "touched");
	UNIT_CHECK(run_child(ignore_signals, "") == 128 + SIGTERM);
	UNIT_CHECK(run_child(run_interrupted, path) == 0);
	UNIT_CHECK(!file_exists(path));
}

int main(void)
{
	scope_free char *folder = NULL;
	UNIT_CHECK_DONE(file_make_temporary("ksplice-test", &folder));
	test_output_at_end(folder);
	test_signals(folder);
	UNIT_CHECK_DONE(file_remove(folder));
	return unit_end();
}
