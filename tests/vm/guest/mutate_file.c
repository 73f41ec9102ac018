// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mutate_file.c - damages a file as bad disks and short downloads do
 *
 *   mutate_file cut SEED IN OUT                  cuts it somewhere
 *   mutate_file flip SEED IN OUT [START SIZE]... flips one to four of its bits, in one of
 *                                                these ranges, if any are given
 *
 * A program of the VM tests. The same seed gives the same file. Prints what was done.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t state;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
	uint64_t value = state += 0x9e3779b97f4a7c15;

	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
	value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
	return (value ^ (value >> 31)) % below;
}

static void end_with(const char *problem)
{
	fprintf(stderr, "mutate_file: %s\n", problem);
	exit(2);
}

static void flip_bits(unsigned char *data, size_t size, char **ranges, int count)
{
	size_t start = 0;

	if (count) {
		int range = (int)draw(count / 2) * 2;

		start = strtoul(ranges[range], NULL, 0);
		if (start + strtoul(ranges[range + 1], NULL, 0) > size)
			end_with("a range is outside the file");
		size = strtoul(ranges[range + 1], NULL, 0);
	}
	/* Each another byte, so that no flip takes another one back. */
	for (size_t i = 0, flips = 1 + draw(4); i < flips && i < size; i++) {
		size_t place = start + i * (size / flips) + draw(size / flips);
		int bit = (int)draw(8);

		data[place] ^= 1 << bit;
		printf("bit %d of byte 0x%zx\n", bit, place);
	}
}

int main(int argc, char **argv)
{
	unsigned char *data;
	struct stat status;
	size_t size;
	FILE *file;

	if (argc < 5)
		end_with("usage");
	state = strtoull(argv[2], NULL, 0);
	file = fopen(argv[3], "r");
	if (!file || fstat(fileno(file), &status))
		end_with("the file cannot be read");
	size = status.st_size;
	data = malloc(size);
	if (!size || !data || fread(data, 1, size, file) != size)
		end_with("the file cannot be read");
	fclose(file);
	if (!strcmp(argv[1], "cut")) {
		size = draw(size);
		printf("cut to %zu bytes\n", size);
	} else {
		flip_bits(data, size, argv + 5, argc - 5);
	}
	file = fopen(argv[4], "w");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		end_with("the copy cannot be written");
	return 0;
}
