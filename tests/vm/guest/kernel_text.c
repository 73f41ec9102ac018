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
#include <sys/mman.h>
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

/* Where the kernel is, by its symbols. */
static void find_ranges(struct memory_range *ranges)
{
	find_symbols(see_bound, ranges);
	for (int i = 0; i < RANGES; i++) {
		if (!ranges[i].start || ranges[i].end <= ranges[i].start)
			end_with("/proc/kallsyms does not say where the kernel is");
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

/* FNV-1a, of words. */
static uint64_t sum_bytes(const unsigned char *data, size_t size)
{
	uint64_t sum = 0xcbf29ce484222325, word;

	for (; size >= sizeof(word); data += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum = (sum ^ word) * 0x100000001b3;
	}
	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 0x100000001b3;
	return sum;
}

/* The bytes of all ranges. */
static unsigned char *read_ranges(const struct memory_range *ranges, size_t *size)
{
	unsigned char *data;
	size_t done = 0;

	*size = 0;
	for (int i = 0; i < RANGES; i++)
		*size += ranges[i].end - ranges[i].start;
	data = malloc(*size);
	if (!data)
		end_with("out of memory");
	for (int i = 0; i < RANGES; i++) {
		read_memory(&ranges[i], data + done);
		done += ranges[i].end - ranges[i].start;
	}
	return data;
}

/* Saved are the ranges, which stay the same until the next boot, and their bytes. */
static void save_memory(const struct memory_range *ranges, const unsigned char *now,
	size_t size, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file || fwrite(ranges, sizeof(*ranges), RANGES, file) != RANGES ||
		fwrite(now, 1, size, file) != size || fclose(file))
		end_with("the memory cannot be saved");
}

static const unsigned char *map_saved(const char *path, struct memory_range *ranges)
{
	int fd = open(path, O_RDONLY);
	size_t header = sizeof(*ranges) * RANGES;
	off_t size = lseek(fd, 0, SEEK_END);
	const unsigned char *file;

	if (fd < 0 || size <= (off_t)header)
		end_with("the saved memory cannot be read");
	file = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		end_with("the saved memory cannot be read");
	close(fd);
	memcpy(ranges, file, header);
	for (int i = 0; i < RANGES; i++)
		header += ranges[i].end - ranges[i].start;
	if ((off_t)header != size)
		end_with("the saved memory is not whole");
	return file + sizeof(*ranges) * RANGES;
}

static int compare_memory(const struct memory_range *ranges, const unsigned char *now,
	size_t size, const unsigned char *then)
{
	size_t differing = 0, first = 0;
	struct nearest nearest;

	if (!memcmp(now, then, size))
		return 0;
	for (size_t i = 0; i < size; i++) {
		if (now[i] != then[i] && differing++ == 0)
			first = i;
	}
	nearest = (struct nearest){.wanted = find_address(ranges, first)};
	find_symbols(see_nearest, &nearest);
	printf("%zu bytes differ, the first at %s+0x%" PRIx64 ": 0x%02x, was 0x%02x\n",
		differing, nearest.name, nearest.wanted - nearest.address, now[first],
		then[first]);
	return 1;
}

int main(int argc, char **argv)
{
	struct memory_range ranges[RANGES] = {
		{"_text", "_etext"}, {"__start_rodata", "__end_rodata"}};
	const unsigned char *then = NULL;
	unsigned char *now;
	int status = 0;
	size_t size;

	if (argc != 3)
		end_with("usage: kernel_text save|compare FILE");
	if (strcmp(argv[1], "save"))
		then = map_saved(argv[2], ranges);
	else
		find_ranges(ranges);
	now = read_ranges(ranges, &size);
	if (then)
		status = compare_memory(ranges, now, size, then);
	else
		save_memory(ranges, now, size, argv[2]);
	printf("%016" PRIx64 " %zu bytes\n", sum_bytes(now, size), size);
	return status;
}
