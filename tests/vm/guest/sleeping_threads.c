// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sleeping_threads - so many threads that sleep for ever
 *
 *     sleeping_threads COUNT     prints "ready" when they all sleep; ended by a signal
 *
 * Each has the least of a stack that will do, so that ten thousand fit in a small guest.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK_SIZE 4096

static int sleep_for_ever(void *started)
{
	__atomic_add_fetch((int *)started, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	static int started;
	char *stacks;

	if (count <= 0) {
		fprintf(stderr, "usage: sleeping_threads COUNT\n");
		return 1;
	}
	stacks = mmap(NULL, (size_t)count * STACK_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stacks == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	for (int i = 0; i < count; i++) {
		if (clone(sleep_for_ever, stacks + (size_t)(i + 1) * STACK_SIZE, flags,
			    &started) < 0) {
			perror("clone");
			return 1;
		}
	}
	while (__atomic_load_n(&started, __ATOMIC_SEQ_CST) < count)
		usleep(10000);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
