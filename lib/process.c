// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/program_package.h"
#include "lib/text.h"

extern char **environ;

/* How many programs one call runs at the same time (the next one waits until the first
 * has ended), and how many all threads run together. */
enum { PROCESS_MOST = 64, PROCESS_MOST_TOGETHER = 1024 };

/* Used by the signal handler: the processes that run (0: a free place, -1: a process is
 * being started), and the signal that arrived. */
static _Atomic pid_t process_running[PROCESS_MOST_TOGETHER];
static volatile sig_atomic_t process_signal;

struct process {
	const struct process_request *request;
	_Atomic pid_t *running; /* its place in process_running */
	pid_t pid;
	int output; /* read ends of the pipes, or -1 */
	int errors;
};

/* Programs get SIGTERM for SIGQUIT, so that they leave no core files in the trees. */
static int process_get_passed(int number)
{
	return number == SIGQUIT ? SIGTERM : number;
}

static void process_pass_signal(int number)
{
	int saved = errno;
	process_signal = number;
	for (int i = 0; i < PROCESS_MOST_TOGETHER; i++) {
		pid_t pid = process_running[i];
		if (pid > 0)
			kill(-pid, process_get_passed(number));
	}
	errno = saved;
}

void process_catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {
		.sa_handler = process_pass_signal, .sa_flags = SA_RESTART};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction before;
		/* nohup and shells start a program with signals ignored that it shall
		 * not notice. */
		if (sigaction(numbers[i], NULL, &before) == 0 &&
			before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

int process_interruption(void)
{
	return process_signal;
}

struct error *process_interrupted(void)
{
	return error_interrupted("interrupted by signal %d", (int)process_signal);
}

void process_die_interrupted(void)
{
	if (!process_signal)
		return;
	/* The user gets what was printed before the signal. */
	fflush(NULL);
	signal(process_signal, SIG_DFL);
	raise(process_signal);
}

/* The environment with the additions instead of the variables of the same names. */
static char **process_environment(const char *const *additions)
{
	size_t own = 0;
	size_t added = 0;
	while (environ[own])
		own++;
	while (additions && additions[added])
		added++;
	char **environment = memory_allocate((own + added + 1) * sizeof(char *));
	size_t count = 0;
	for (size_t i = 0; i < added; i++)
		environment[count++] = (char *)additions[i];
	for (size_t i = 0; i < own; i++) {
		size_t name = strcspn(environ[i], "=") + 1;
		bool replaced = false;
		for (size_t k = 0; k < added && !replaced; k++)
			replaced = strncmp(environ[i], additions[k], name) == 0;
		if (!replaced)
			environment[count++] = environ[i];
	}
	return environment;
}

/* Reads both pipes until both are closed. A negative descriptor means that there is no
 * pipe. */
static void process_collect(const struct process *process)
{
	struct pollfd polled[2] = {
		{process->output, POLLIN, 0}, {process->errors, POLLIN, 0}};
	struct text *texts[2] = {process->request->output, process->request->errors};
	char part[16384];
	while (polled[0].fd >= 0 || polled[1].fd >= 0) {
		if (poll(polled, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			if (polled[i].fd < 0 || !polled[i].revents)
				continue;
			ssize_t size = read(polled[i].fd, part, sizeof(part));
			if (size > 0)
				text_add_range(texts[i], part, (size_t)size);
			else if (size == 0 || errno != EINTR)
				polled[i].fd = -1;
		}
	}
}

/* A program inherits an ignored SIGCHLD, and then the kernel keeps no exit status. */
void process_keep_statuses(void)
{
	struct sigaction action;
	if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
		signal(SIGCHLD, SIG_DFL);
}

static int process_wait(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return 127;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* A pipe for the program's output, if it is wanted. */
static struct error *process_open_pipe(const struct text *wanted, int ends[2])
{
	ends[0] = -1;
	ends[1] = -1;
	if (wanted && pipe2(ends, O_CLOEXEC))
		return error_errno("pipe");
	return NULL;
}

/* errno says why the program could not be started. */
static struct error *process_explain(const struct process_request *request)
{
	const char *program = request->arguments[0];
	if (errno != ENOENT)
		return error_errno("%s: cannot be run", program);
	if (request->folder && !file_exists(request->folder))
		return error_errno("%s", request->folder);
	struct error *error = error_failed("%s: there is no such program", program);
	if (strchr(program, '/'))
		return error;
	const char *package = program_package_find(program);
	return package ? error_hint(error, "install it (Debian: the package %s)", package)
		       : error_hint(error, "install it, or add its folder to PATH");
}

static struct error *process_spawn(struct process *process, int output, int errors)
{
	const struct process_request *request = process->request;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
		request->input_path ? request->input_path : "/dev/null", O_RDONLY, 0);
	if (output >= 0)
		posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (errors >= 0)
		posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	if (request->folder)
		posix_spawn_file_actions_addchdir_np(&actions, request->folder);
	/* A process group of its own, so that a signal also reaches its children. */
	posix_spawnattr_t attributes;
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	scope_free char **environment = process_environment(request->environment);
	errno = posix_spawnp(&process->pid, request->arguments[0], &actions, &attributes,
		(char *const *)request->arguments, environment);
	int number = errno;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	errno = number;
	return errno ? process_explain(request) : NULL;
}

static struct error *process_claim_place(struct process *process)
{
	for (int i = 0; i < PROCESS_MOST_TOGETHER; i++) {
		pid_t nobody = 0;
		if (atomic_compare_exchange_strong(&process_running[i], &nobody, -1)) {
			process->running = &process_running[i];
			return NULL;
		}
	}
	return error_failed("more than %d programs at a time", PROCESS_MOST_TOGETHER);
}

static struct error *process_start(
	const struct process_request *request, struct process *process)
{
	int output[2];
	int errors[2];
	*process = (struct process){request, NULL, 0, -1, -1};
	try(process_claim_place(process));
	try(process_open_pipe(request->output, output));
	process->output = output[0];
	scope_close int output_end = output[1];
	try(process_open_pipe(request->errors, errors));
	process->errors = errors[0];
	scope_close int errors_end = errors[1];
	try(process_spawn(process, output_end, errors_end));
	*process->running = process->pid;
	/* A signal that arrived during the start was not passed on. */
	if (process_signal)
		kill(-process->pid, process_get_passed(process_signal));
	return NULL;
}

static int process_finish(struct process *process)
{
	process_collect(process);
	cleanup_close(&process->output);
	cleanup_close(&process->errors);
	int status = process->pid > 0 ? process_wait(process->pid) : 127;
	if (process->running)
		*process->running = 0;
	return status;
}

struct error *process_run_all(
	const struct process_request *requests, size_t count, int *statuses)
{
	struct process processes[PROCESS_MOST];
	struct error *error = NULL;
	size_t started = 0;
	size_t ended = 0;
	process_keep_statuses();
	for (;;) {
		bool has_place = started - ended < PROCESS_MOST;
		if (started < count && has_place && !error && !process_signal) {
			error = process_start(
				&requests[started], &processes[started % PROCESS_MOST]);
			started++;
			continue;
		}
		if (ended == started)
			break;
		int status = process_finish(&processes[ended % PROCESS_MOST]);
		if (!error)
			statuses[ended] = status;
		ended++;
	}
	if (!error && process_signal)
		error = process_interrupted();
	return error;
}

struct error *process_run(const struct process_request *request, int *status)
{
	return process_run_all(request, 1, status);
}

struct error *process_check(const struct process_request *request)
{
	scope_text struct text errors = {0};
	struct process_request captured = *request;
	if (!captured.errors)
		captured.errors = &errors;
	int status;
	try(process_run(&captured, &status));
	if (!status)
		return NULL;
	const char *said = captured.errors->data ? captured.errors->data : "";
	return error_failed("%s: exit code %d%s%s", request->arguments[0], status,
		*said ? ":\n" : "", said);
}
