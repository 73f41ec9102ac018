// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu_time.c - the CPU time of commands, each run many times in turn
 *
 *     cpu_time ROUNDS FILE
 *
 * FILE has a command for the shell on each line. Prints for each the microseconds of user
 * and system time of its fastest run: what else the machine does can only add.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/memory.h"
#include "lib/text.h"

struct command {
	char *line;
	long best; /* microseconds; negative: never run */
};

static long to_microseconds(const struct timeval *time)
{
	return time->tv_sec * 1000000 + time->tv_usec;
}

/* The time that it took, or -1 if it failed. */
static long run(const char *line)
{
	struct rusage usage;
	int status;
	pid_t process = fork();
	if (process == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", line, NULL);
		_exit(127);
	}
	if (process < 0 || wait4(process, &status, 0, &usage) < 0 || status)
		return -1;
	return to_microseconds(&usage.ru_utime) + to_microseconds(&usage.ru_stime);
}

int main(int argc, char **argv)
{
	array_of(struct command) commands = {0};
	scope_text struct text file = {0};
	if (argc != 3) {
		fprintf(stderr, "usage: cpu_time ROUNDS FILE\n");
		return 1;
	}
	scope_error struct error *error = file_read(argv[2], &file);
	if (error) {
		fprintf(stderr, "cpu_time: %s\n", error_get_text(error));
		return 1;
	}
	for (char *line = strtok(file.data, "\n"); line; line = strtok(NULL, "\n")) {
		struct command *command = array_add(&commands);
		command->line = line;
		command->best = -1;
	}
	for (int round = 0; round < atoi(argv[1]); round++) {
		array_foreach (command, &commands) {
			long time = run(command->line);
			if (time < 0) {
				fprintf(stderr, "cpu_time: failed: %s\n", command->line);
				return 1;
			}
			if (command->best < 0 || time < command->best)
				command->best = time;
		}
	}
	array_foreach (command, &commands)
		printf("%ld\n", command->best);
	free(commands.items);
	return 0;
}
