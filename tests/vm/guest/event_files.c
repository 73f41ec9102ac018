// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event_files.c - eventfds that stay open while their table of operations changes
 *
 *   event_files
 *
 * A program of the VM tests. Opens an eventfd, then obeys the words on its standard
 * input, one a line, and answers with one line each:
 *
 *   open     opens one more
 *   close    closes the last one
 *   write    writes 1 to each
 *   seek     of each file, in the order of opening: the result of lseek(fd, 7, SEEK_SET)
 *            on a file that was read from its start
 *   aio      of each file: "event" if the kernel takes it for an eventfd and signals it
 *            when an asynchronous read is done (it compares the file's table of
 *            operations with its own), else the error
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILES = 8 };

static int files[FILES];
static int count;

static void end_with(const char *problem)
{
	fprintf(stderr, "event_files: %s: %s\n", problem, strerror(errno));
	exit(2);
}

static void open_file(void)
{
	if (count == FILES || (files[count] = eventfd(0, EFD_NONBLOCK)) < 0)
		end_with("eventfd");
	count++;
}

static void write_file(int file)
{
	static const uint64_t one = 1;
	if (write(file, &one, sizeof(one)) != sizeof(one))
		end_with("write");
}

static const char *run_aio(int event)
{
	static char answer[64];
	static char data[16];
	aio_context_t context = 0;
	int file = open("/proc/self/exe", O_RDONLY);
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)file,
		.aio_buf = (uintptr_t)data,
		.aio_nbytes = sizeof(data),
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)event,
	};
	struct iocb *requests[] = {&request};
	struct io_event done;
	uint64_t events = 0;

	if (file < 0 || syscall(SYS_io_setup, 1, &context))
		end_with("io_setup");
	if (syscall(SYS_io_submit, context, 1, requests) != 1)
		snprintf(answer, sizeof(answer), "errno %d", errno);
	else if (syscall(SYS_io_getevents, context, 1, 1, &done, NULL) != 1)
		end_with("io_getevents");
	else if (read(event, &events, sizeof(events)) != sizeof(events) || events != 1)
		snprintf(answer, sizeof(answer), "no event");
	else
		snprintf(answer, sizeof(answer), "event");
	syscall(SYS_io_destroy, context);
	close(file);
	return answer;
}

static void obey(const char *word)
{
	if (!strcmp(word, "open"))
		open_file();
	if (!strcmp(word, "close") && count)
		close(files[--count]);
	for (int i = 0; i < count; i++) {
		if (!strcmp(word, "write"))
			write_file(files[i]);
		else if (!strcmp(word, "seek"))
			printf("%s%ld", i ? " " : "", (long)lseek(files[i], 7, SEEK_SET));
		else if (!strcmp(word, "aio"))
			printf("%s%s", i ? " " : "", run_aio(files[i]));
	}
	printf("\n");
	fflush(stdout);
	/* Where the next seek starts from, if seeking does anything. */
	for (int i = 0; i < count; i++)
		lseek(files[i], 0, SEEK_SET);
}

int main(void)
{
	char word[32];

	open_file();
	while (scanf("%31s", word) == 1)
		obey(word);
	return 0;
}
