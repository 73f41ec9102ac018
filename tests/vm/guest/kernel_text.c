// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel_text.c - the code and the constants of the running kernel, as memory has them
 *
 *   kernel_text save FILE      writes the kernel's text and read-only data to FILE,
 *                              prints their checksum
 *   kernel_text compare FILE   the same against FILE: exit status 1 and the first
 *                              place where they differ, as a symbol + offset
 *
 * A program of the VM tests: it reads /proc/kcore, which shows the kernel's memory
 * at its own addresses, so nothing that an update does can hide from it.
 */
#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void end_with(const char *problem)
{
	fprintf(stderr, "kernel_text: %s\n", problem);
	exit(2);
}

/* Calls see for every symbol of the kernel image, in order of address. */
static void find_symbols(
	void (*see)(uint64_t address, const char *name, void *context), void *context)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char line[512], name[400], type;
	uint64_t address;

	if (!file)
		end_with("/proc/kallsyms cannot be read");
	while (fgets(line, sizeof(line), file)) {
		if (strchr(line, '[')) /* of a module */
			continue;
		if (sscanf(line, "%" SCNx64 " %c %399s", &address, &type, name) == 3)
			see(address, name, context);
	}
	fclose(file);
}

struct memory_range {
	const char *start_name, *end_name;
	uint64_t start, end;
};

enum { RANGES = 2 };

static void see_bound(uint64_t address, const char *name, void *context)
{
	struct memory_range *ranges = context;

	for (int i = 0; i < RANGES; i++) {
		if (!strcmp(name, ranges[i].start_name))
			ranges[i].start = address;
		if (!strcmp(name, ranges[i].end_name))
			ranges[i].end = address;
	}
}

/* The address of byte number offset of all ranges. */
static uint64_t find_address(const struct memory_range *ranges, size_t offset)
{
	while (offset >= ranges->end - ranges->start) {
		offset -= ranges->end - ranges->start;
		ranges++;
	}
	return ranges->start + offset;
}

struct nearest {
	uint64_t wanted, address;
	char name[400];
};

static void see_nearest(uint64_t address, const char *name, void *context)
{
	struct nearest *nearest = context;

	if (address <= nearest->wanted && address >= nearest->address) {
		nearest->address = address;
		snprintf(nearest->name, sizeof(nearest->name), "%s", name);
	}
}

/* Reads range from /proc/kcore into data. */
static void read_memory(const struct memory_range *range, unsigned char *data)
{
	int fd = open("/proc/kcore", O_RDONLY);
	Elf64_Ehdr header;

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		end_with("/proc/kcore cannot be read");
	for (int i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;
		size_t size = range->end - range->start, done = 0;

		if (pread(fd, &segment, sizeof(segment),
			    header.e_phoff + i * sizeof(segment)) != sizeof(segment))
			end_with("/proc/kcore has no program headers");
		if (segment.p_type != PT_LOAD || segment.p_vaddr > range->start ||
			segment.p_vaddr + segment.p_memsz < range->end)
			continue;
		while (done < size) {
			ssize_t part = pread(fd, data + done, size - done,
				segment.p_offset + range->start - segment.p_vaddr + done);
			if (part <= 0)
				end_with("/proc/kcore ends early");
			done += part;
		}
		close(fd);
		return;
	}
	end_with("/proc/kcore does not have the kernel's memory");
}

static uint64_t sum_bytes(const unsigned char *data, size_t size)
{
	uint64_t sum = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 0x100000001b3;
	return sum;
}

static int compare_memory(const struct memory_range *ranges, const unsigned char *now,
	size_t size, const char *path)
{
	size_t differing = 0, first = 0;
	unsigned char *then = malloc(size);
	FILE *file = fopen(path, "r");

	if (!then || !file || fread(then, 1, size, file) != size)
		end_with("the saved memory cannot be read");
	fclose(file);
	for (size_t i = 0; i < size; i++) {
		if (now[i] != then[i] && differing++ == 0)
			first = i;
	}
	if (differing) {
		struct nearest nearest = {.wanted = find_address(ranges, first)};

		find_symbols(see_nearest, &nearest);
		printf("%zu bytes differ, the first at %s+0x%" PRIx64
		       ": 0x%02x, was 0x%02x\n",
			differing, nearest.name, nearest.wanted - nearest.address,
			now[first], then[first]);
	}
	free(then);
	return differing ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct memory_range ranges[RANGES] = {
		{"_text", "_etext"}, {"__start_rodata", "__end_rodata"}};
	unsigned char *data;
	size_t size = 0, done = 0;
	int status = 0;

	if (argc != 3)
		end_with("usage: kernel_text save|compare FILE");
	find_symbols(see_bound, ranges);
	for (int i = 0; i < RANGES; i++) {
		if (!ranges[i].start || ranges[i].end <= ranges[i].start)
			end_with("/proc/kallsyms does not say where the kernel is");
		size += ranges[i].end - ranges[i].start;
	}
	data = malloc(size);
	if (!data)
		end_with("out of memory");
	for (int i = 0; i < RANGES; i++) {
		read_memory(&ranges[i], data + done);
		done += ranges[i].end - ranges[i].start;
	}
	if (!strcmp(argv[1], "save")) {
		FILE *file = fopen(argv[2], "w");

		if (!file || fwrite(data, 1, size, file) != size || fclose(file))
			end_with("the memory cannot be saved");
	} else {
		status = compare_memory(ranges, data, size, argv[2]);
	}
	printf("%016" PRIx64 " %zu bytes\n", sum_bytes(data, size), size);
	return status;
}
