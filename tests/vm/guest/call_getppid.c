// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * call_getppid.c - calls getppid(2) without a pause, on one CPU, until SIGTERM
 *
 *   call_getppid CPU OFFSET
 *
 * A program of the VM tests. While getppid is being patched to give OFFSET more,
 * and back, every single result must be the old or the new one. Says when the first
 * of each comes, and at the end how many there were; exit status 1 at the first that is
 * neither.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t is_over;

static void end_loop(int number)
{
	(void)number;
	is_over = 1;
}

static void count_result(unsigned long *count, const char *name)
{
	if ((*count)++)
		return;
	printf("first %s\n", name);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned long old_count = 0, new_count = 0;
	long offset, parent;
	cpu_set_t cpus;
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];

	if (argc != 3 || !status)
		return 2;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[1]), &cpus);
	offset = atol(argv[2]);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return 2;
	/* What the parent is, from somewhere else than getppid. */
	parent = -1;
	while (fgets(line, sizeof(line), status)) {
		if (sscanf(line, "PPid: %ld", &parent) == 1)
			break;
	}
	fclose(status);
	signal(SIGTERM, end_loop);
	while (!is_over) {
		long result = syscall(SYS_getppid);

		if (result == parent) {
			count_result(&old_count, "old");
		} else if (result == parent + offset) {
			count_result(&new_count, "new");
		} else {
			printf("getppid gives %ld, which is neither %ld nor %ld\n",
				result, parent, parent + offset);
			return 1;
		}
	}
	printf("old %lu new %lu\n", old_count, new_count);
	return 0;
}
