// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mixed_load.c - keeps a machine at work with many things at once, none of them all the
 * time: threads that come and go through nanosleep(2), timers, processes, files, and
 * connections over the loopback device. Says "ready", and ends with SIGTERM.
 *
 *     mixed_load SLEEPERS
 *
 * Nobody but the sleepers is in nanosleep(2), and they are elsewhere for most of the
 * time.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Milliseconds of rest after a piece of work. */
#define REST 60

#define FILE_SIZE (64 << 10)

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void rest(unsigned int *seed)
{
	poll(NULL, 0, REST + rand_r(seed) % REST);
}

static void do_sleep(unsigned int *seed)
{
	struct timespec time = {.tv_nsec = 1000 * (rand_r(seed) % 2000)};

	nanosleep(&time, NULL);
}

static void do_timer(unsigned int *seed)
{
	const struct itimerspec time = {.it_value.tv_nsec = 1 + rand_r(seed) % 10000000};
	int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	unsigned long long count;

	if (timer < 0 || timerfd_settime(timer, 0, &time, NULL) ||
		read(timer, &count, sizeof(count)) != sizeof(count))
		fail("timerfd");
	close(timer);
}

static void do_process(unsigned int *seed)
{
	pid_t child = fork();
	int status;

	(void)seed;
	if (child < 0)
		fail("fork");
	if (!child)
		_exit(7);
	if (waitpid(child, &status, 0) != child || status != 7 << 8)
		fail("waitpid");
}

static void do_file(unsigned int *seed)
{
	char name[] = "/tmp/load-XXXXXX", copy[FILE_SIZE];
	int file = mkstemp(name);
	struct stat found;
	char *mapped;

	memset(copy, rand_r(seed), sizeof(copy));
	if (file < 0 || write(file, copy, sizeof(copy)) != sizeof(copy) ||
		fstat(file, &found) || found.st_size != sizeof(copy))
		fail(name);
	mapped = mmap(NULL, sizeof(copy), PROT_READ, MAP_SHARED, file, 0);
	if (mapped == MAP_FAILED || memcmp(mapped, copy, sizeof(copy)))
		fail("mmap");
	munmap(mapped, sizeof(copy));
	if (rename(name, "/tmp/load") || close(file))
		fail("rename");
}

static int listener;
static struct sockaddr_in address;

static void do_connection(unsigned int *seed)
{
	int client = socket(AF_INET, SOCK_STREAM, 0);
	char sent[1000], found[sizeof(sent)];
	int server;

	memset(sent, rand_r(seed), sizeof(sent));
	if (client < 0 || connect(client, (void *)&address, sizeof(address)))
		fail("connect");
	server = accept(listener, NULL, NULL);
	if (server < 0 || write(client, sent, sizeof(sent)) != sizeof(sent) ||
		recv(server, found, sizeof(found), MSG_WAITALL) != sizeof(found) ||
		memcmp(sent, found, sizeof(sent)))
		fail("loopback");
	close(server);
	close(client);
}

static void listen_on_loopback(void)
{
	socklen_t size = sizeof(address);

	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (void *)&address, size) ||
		listen(listener, 8) || getsockname(listener, (void *)&address, &size))
		fail("listen");
}

typedef void work_t(unsigned int *seed);

static void *run(void *argument)
{
	unsigned int seed = (unsigned long)&seed;
	work_t *work = argument;

	for (;;) {
		work(&seed);
		rest(&seed);
	}
	return NULL;
}

static void start(work_t *work)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, work))
		fail("pthread_create");
}

int main(int argc, char **argv)
{
	static work_t *const works[] = {
		do_timer, do_timer, do_process, do_process, do_file, do_connection};
	int sleepers = argc == 2 ? atoi(argv[1]) : 0;

	if (sleepers <= 0) {
		fprintf(stderr, "usage: mixed_load SLEEPERS\n");
		return 2;
	}
	listen_on_loopback();
	while (sleepers--)
		start(do_sleep);
	for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
		start(works[i]);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
