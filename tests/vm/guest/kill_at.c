// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kill_at.c - ends a command at each of its steps
 *
 *   kill_at count COMMAND...              runs it to its end, and prints how many steps
 *   kill_at NUMBER SIGNAL COMMAND...      sends it the signal before its step NUMBER
 * (from 1), and waits for its end
 *
 * A program of the VM tests. A step is the beginning of a system call by which a command
 * of ours changes something outside of itself: files, modules, processes. The command's
 * children are not watched. The exit status is the command's, or 128 and the signal that
 * ended it; 100 if it ended before that step.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_SUCH_STEP = 100, TRAP_OF_SYSCALL = SIGTRAP | 0x80 };

static const long steps[] = {SYS_openat, SYS_open, SYS_write, SYS_ioctl, SYS_mkdir,
	SYS_rename, SYS_renameat, SYS_unlink, SYS_unlinkat, SYS_rmdir, SYS_finit_module,
	SYS_delete_module, SYS_clone, SYS_clone3, SYS_vfork, SYS_wait4, SYS_close,
	SYS_nanosleep, SYS_clock_nanosleep, SYS_exit_group};

static bool is_step(long number)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i] == number)
			return true;
	}
	return false;
}

static void end_with(const char *problem)
{
	fprintf(stderr, "kill_at: %s: %s\n", problem, strerror(errno));
	exit(2);
}

/* The exit status that a shell would show. */
static int end_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static pid_t start(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		end_with("fork");
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			end_with("PTRACE_TRACEME");
		execvp(command[0], command);
		end_with(command[0]);
	}
	/* It stops when the program has been loaded. */
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		end_with(command[0]);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD))
		end_with("PTRACE_SETOPTIONS");
	return pid;
}

/* Runs it until the beginning of its next step. False when it has ended. */
static bool run_to_step(pid_t pid, int *status)
{
	static bool is_inside; /* a system call has begun */
	int passed = 0;

	for (;;) {
		struct user_regs_struct registers;

		if (ptrace(PTRACE_SYSCALL, pid, NULL, passed))
			end_with("PTRACE_SYSCALL");
		if (waitpid(pid, status, 0) != pid)
			end_with("waitpid");
		if (!WIFSTOPPED(*status))
			return false;
		passed = WSTOPSIG(*status);
		if (passed != TRAP_OF_SYSCALL)
			continue;
		passed = 0;
		is_inside = !is_inside;
		if (ptrace(PTRACE_GETREGS, pid, NULL, &registers))
			end_with("PTRACE_GETREGS");
		if (is_inside && is_step((long)registers.orig_rax))
			return true;
	}
}

int main(int argc, char **argv)
{
	bool is_count = argc > 2 && !strcmp(argv[1], "count");
	int wanted = is_count ? -1 : argc > 3 ? atoi(argv[1]) : 0;
	int count = 0;
	int status;
	pid_t pid;

	if (!wanted)
		end_with("usage");
	pid = start(argv + (is_count ? 2 : 3));
	while (run_to_step(pid, &status)) {
		if (++count != wanted)
			continue;
		if (kill(pid, atoi(argv[2])))
			end_with("kill");
		/* After SIGKILL there is nothing any more to detach from. */
		if (ptrace(PTRACE_DETACH, pid, NULL, NULL) && errno != ESRCH)
			end_with("PTRACE_DETACH");
		if (waitpid(pid, &status, 0) != pid)
			end_with("waitpid");
		return end_status(status);
	}
	if (!is_count)
		return NO_SUCH_STEP;
	printf("%d\n", count);
	return end_status(status);
}
