// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * text_events.c - the changes of the kernel's code that perf is told of
 *
 *   text_events COMMAND
 *
 * A program of the VM tests. Runs the shell command and prints each PERF_RECORD_TEXT_POKE
 * that comes meanwhile: address, bytes before, bytes after, all in hexadecimal.
 */
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CPUS = 64, PAGES = 64 };

struct text_poke {
	struct perf_event_header header;
	uint64_t address;
	uint16_t old_size, new_size;
	uint8_t bytes[];
};

static void end_with(const char *problem)
{
	perror(problem);
	exit(2);
}

static struct perf_event_mmap_page *open_buffer(int cpu, size_t page)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_DUMMY,
		.text_poke = 1,
	};
	int event = (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, 0);
	void *buffer;

	if (event < 0)
		end_with("perf_event_open");
	buffer = mmap(
		NULL, (PAGES + 1) * page, PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
	if (buffer == MAP_FAILED)
		end_with("mmap");
	return buffer;
}

static void print_bytes(const uint8_t *bytes, size_t size)
{
	printf(" ");
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
}

static void print_records(const struct perf_event_mmap_page *buffer, size_t page)
{
	const uint8_t *data = (const uint8_t *)buffer + page;
	uint64_t position = buffer->data_tail;

	if (buffer->data_head > PAGES * page) {
		fprintf(stderr, "text_events: more records than room\n");
		exit(2);
	}
	while (position < buffer->data_head) {
		const struct text_poke *record = (const void *)(data + position);

		if (record->header.type == PERF_RECORD_TEXT_POKE) {
			printf("%016llx", (unsigned long long)record->address);
			print_bytes(record->bytes, record->old_size);
			print_bytes(record->bytes + record->old_size, record->new_size);
			printf("\n");
		}
		position += record->header.size;
	}
}

int main(int argc, char **argv)
{
	struct perf_event_mmap_page *buffers[CPUS];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int status;

	if (argc != 2 || cpus > CPUS)
		return 2;
	for (int cpu = 0; cpu < cpus; cpu++)
		buffers[cpu] = open_buffer(cpu, page);
	status = system(argv[1]);
	for (int cpu = 0; cpu < cpus; cpu++)
		print_records(buffers[cpu], page);
	return status ? 1 : 0;
}
