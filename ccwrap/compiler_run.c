// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccwrap/compiler_run.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ccwrap/argument_list.h"
#include "lib/process.h"

extern char **environ;

/* A shell's exit status for a program that is missing, and for one that cannot be run. */
#define EXIT_NOT_FOUND 127
#define EXIT_NOT_RUN 126

static const int forwarded_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
#define FORWARDED_COUNT (sizeof(forwarded_signals) / sizeof(forwarded_signals[0]))

/* The compiler while it runs. Written only while those signals are blocked. */
static volatile pid_t compiler_process;
static sigset_t compiler_signals;
static sigset_t compiler_old_mask;

void compiler_exec(const char *program, const struct argument_list *arguments)
{
	execv(program, arguments->items);
	int code = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN;
	fprintf(stderr, "ksplice-cc: %s: %s\n", program, strerror(errno));
	exit(code);
}

void compiler_exec_missing(const char *name)
{
	fprintf(stderr, "ksplice-cc: %s: no such compiler\n", name);
	exit(EXIT_NOT_FOUND);
}

/*
 * Passes on a signal that a process sent. A signal from the terminal (si_code > 0) has
 * reached the compiler already.
 */
static void compiler_forward(int number, siginfo_t *info, void *context)
{
	(void)context;
	int saved = errno;
	if (compiler_process > 0 && info->si_code <= 0)
		kill(compiler_process, number);
	errno = saved;
}

static void compiler_block_signals(void)
{
	sigemptyset(&compiler_signals);
	for (size_t i = 0; i < FORWARDED_COUNT; i++)
		sigaddset(&compiler_signals, forwarded_signals[i]);
	sigprocmask(SIG_BLOCK, &compiler_signals, &compiler_old_mask);
}

/* A signal that was ignored when we started (nohup) stays ignored. */
static void compiler_set_handlers(struct sigaction *old)
{
	struct sigaction forward = {
		.sa_sigaction = compiler_forward,
		.sa_flags = SA_SIGINFO | SA_RESTART,
	};
	for (size_t i = 0; i < FORWARDED_COUNT; i++) {
		sigaction(forwarded_signals[i], NULL, &old[i]);
		if (old[i].sa_handler != SIG_IGN)
			sigaction(forwarded_signals[i], &forward, NULL);
	}
}

static int compiler_spawn(const char *program, const struct argument_list *arguments)
{
	posix_spawnattr_t attributes;
	pid_t process;
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &compiler_old_mask);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int failed = posix_spawn(
		&process, program, NULL, &attributes, arguments->items, environ);
	posix_spawnattr_destroy(&attributes);
	if (!failed)
		compiler_process = process;
	return failed;
}

int compiler_run(const char *program, const struct argument_list *arguments,
	const char *name, const char *value, int *status)
{
	struct sigaction old[FORWARDED_COUNT];
	process_keep_statuses();
	compiler_block_signals();
	setenv(name, value, 1);
	int failed = compiler_spawn(program, arguments);
	unsetenv(name);
	if (failed) {
		compiler_run_end();
		return -1;
	}
	compiler_set_handlers(old);
	sigprocmask(SIG_SETMASK, &compiler_old_mask, NULL);
	/* WNOWAIT keeps the process number from being used again while a handler may
	 * send a signal to it. */
	siginfo_t info;
	while (waitid(P_PID, (id_t)compiler_process, &info, WEXITED | WNOWAIT) < 0 &&
		errno == EINTR)
		;
	sigprocmask(SIG_BLOCK, &compiler_signals, NULL);
	pid_t process = compiler_process;
	compiler_process = 0;
	for (size_t i = 0; i < FORWARDED_COUNT; i++)
		sigaction(forwarded_signals[i], &old[i], NULL);
	while (waitpid(process, status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

void compiler_run_end(void)
{
	sigprocmask(SIG_SETMASK, &compiler_old_mask, NULL);
}

void compiler_run_more(void)
{
	process_catch_signals();
	compiler_run_end();
}

void compiler_exit_like(int status)
{
	process_die_interrupted();
	if (!WIFSIGNALED(status))
		exit(WEXITSTATUS(status));
	/* If core files are enabled, the compiler has left one. */
	struct rlimit no_core = {0, 0};
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	compiler_run_end();
	raise(WTERMSIG(status));
	exit(128 + WTERMSIG(status));
}
