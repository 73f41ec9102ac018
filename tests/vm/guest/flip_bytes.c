// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flip_bytes.c - flips bits of what a part of an update replaces, one byte at a time, and
 * asks the core each time whether the update can be applied
 *
 *   flip_bytes ID PART.ko COUNT SEED
 *
 * The part is loaded, and alter.ko is. The bytes are anywhere in the part's hunks.
 * Outside of the sites the core must name function and offset; in a site it must refuse,
 * or, where a call or jump is what the kernel might be switching, say to try again. At
 * the end everything matches as before. A program of the VM tests; it prints how many
 * there were.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/control.h"
#include "abi/update.h"

struct part {
	char *data; /* of the file */
	const struct ksplice_target *target;
	const struct ksplice_hunk *hunks;
	size_t hunk_count;
	const struct ksplice_site *sites;
	const char *match;
};

struct counts {
	size_t outside;
	size_t in_sites;
	size_t switching;
};

static uint64_t random_state;

static void end_with(const char *problem, const char *what)
{
	printf("flip_bytes: %s: %s\n", problem, what);
	exit(1);
}

/* xorshift64: the same bytes for the same seed */
static uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static char *read_whole(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status;
	char *data;

	if (fd < 0 || fstat(fd, &status))
		end_with(path, strerror(errno));
	data = malloc(status.st_size);
	if (!data || read(fd, data, status.st_size) != status.st_size)
		end_with(path, strerror(errno));
	close(fd);
	return data;
}

static const void *find_section(const char *data, const char *wanted, size_t *size)
{
	const Elf64_Ehdr *header = (const void *)data;
	const Elf64_Shdr *sections = (const void *)(data + header->e_shoff);
	const char *names = data + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++) {
		if (strcmp(names + sections[i].sh_name, wanted))
			continue;
		*size = sections[i].sh_size;
		return data + sections[i].sh_offset;
	}
	end_with(wanted, "no such section");
	return NULL;
}

static struct part read_part(const char *path)
{
	struct part part = {.data = read_whole(path)};
	size_t size;

	part.target = find_section(part.data, KSPLICE_SECTION_TARGETS, &size);
	part.hunks = find_section(part.data, KSPLICE_SECTION_HUNKS, &size);
	part.hunk_count = size / sizeof(*part.hunks);
	part.sites = find_section(part.data, KSPLICE_SECTION_SITES, &size);
	part.match = find_section(part.data, KSPLICE_SECTION_MATCH, &size);
	return part;
}

/* The number behind the text in the file's one line, or in that of _text. */
static uint64_t read_address(const char *path, const char *symbol)
{
	FILE *file = fopen(path, "r");
	unsigned long address;
	char name[256];

	if (!file)
		end_with(path, strerror(errno));
	while (fscanf(file, "%lx%255[^\n]\n", &address, name) >= 1) {
		if (symbol && strcmp(name, symbol))
			continue;
		fclose(file);
		return address;
	}
	end_with(path, "has no address");
	return 0;
}

static uint64_t find_start(const struct part *part, const struct ksplice_place *place)
{
	char path[512];

	if (place->section == KSPLICE_NO_SECTION)
		return read_address("/proc/kallsyms", " T _text");
	snprintf(path, sizeof(path), "/sys/module/%s/sections/%s", part->target->name,
		part->match + place->section);
	return read_address(path, NULL);
}

static bool is_in_site(
	const struct part *part, const struct ksplice_hunk *hunk, uint32_t offset)
{
	for (uint32_t i = 0; i < hunk->site_count; i++) {
		const struct ksplice_site *site = &part->sites[hunk->first_site + i];

		if (offset >= site->offset && offset - site->offset < site->length)
			return true;
	}
	return false;
}

static void flip(uint64_t address, unsigned int mask)
{
	int fd = open("/sys/module/alter/parameters/flip", O_WRONLY);
	char text[64];
	int size = snprintf(text, sizeof(text), "%lx %x", (unsigned long)address, mask);

	if (fd < 0 || write(fd, text, size) != size)
		end_with("alter.ko", strerror(errno));
	close(fd);
}

/* 0, or the errno, with the core's reasons. */
static int ask(int device, const char *id, char *reason, size_t size)
{
	struct ksplice_control_change change = {.verb = KSPLICE_CONTROL_CHECK_APPLY};
	int result;
	ssize_t got;

	strncpy(change.id, id, sizeof(change.id) - 1);
	result = ioctl(device, KSPLICE_IOCTL_CHANGE, &change) ? errno : 0;
	got = pread(device, reason, size - 1, 0);
	reason[got > 0 ? got : 0] = '\0';
	return result;
}

static void flip_one(int device, const char *id, const struct part *part,
	const struct ksplice_hunk *hunk, uint32_t offset, struct counts *counts)
{
	uint64_t address = find_start(part, &hunk->place) + hunk->place.offset + offset;
	unsigned int mask = 1 + random_number() % 255;
	bool is_site = is_in_site(part, hunk, offset);
	char reason[8192], place[512];
	int result;

	flip(address, mask);
	result = ask(device, id, reason, sizeof(reason));
	flip(address, mask);
	snprintf(place, sizeof(place), "%s: %s+0x%x: memory has", part->target->name,
		part->match + hunk->name, offset);
	if (is_site)
		counts->in_sites++;
	else
		counts->outside++;
	if (is_site && result == EAGAIN)
		counts->switching++;
	else if (!result || result == EAGAIN)
		end_with("was not noticed", place);
	else if (!is_site && !strstr(reason, place))
		end_with(place, reason);
}

int main(int argc, char **argv)
{
	struct counts counts = {0};
	char reason[8192];
	struct part part;
	uint64_t total = 0;
	size_t count;
	int device;

	if (argc != 5)
		return 1;
	part = read_part(argv[2]);
	count = strtoul(argv[3], NULL, 10);
	random_state = strtoul(argv[4], NULL, 10);
	device = open("/dev/" KSPLICE_DEVICE_NAME, O_RDWR);
	if (device < 0)
		end_with("/dev/" KSPLICE_DEVICE_NAME, strerror(errno));
	if (ask(device, argv[1], reason, sizeof(reason)))
		end_with("cannot be applied before", reason);
	for (size_t i = 0; i < part.hunk_count; i++)
		total += part.hunks[i].size;
	for (size_t i = 0; i < count; i++) {
		uint64_t place = random_number() % total;
		const struct ksplice_hunk *hunk = part.hunks;

		while (place >= hunk->size)
			place -= hunk++->size;
		flip_one(device, argv[1], &part, hunk, place, &counts);
	}
	if (ask(device, argv[1], reason, sizeof(reason)))
		end_with("cannot be applied after", reason);
	printf("%s: %zu bytes outside of sites, %zu in sites, %zu of these may be in the "
	       "middle of a change\n",
		part.target->name, counts.outside, counts.in_sites, counts.switching);
	return 0;
}
