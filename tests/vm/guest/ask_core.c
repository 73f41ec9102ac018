// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask_core.c - asks ksplice.ko itself, without the checks that ksplice-apply makes first
 *
 *   ask_core MODULE [LIST]   publishes the list of symbols (the file LIST, else the
 *                            section .ksplice.symbols of the module; "-": none), loads
 *                            the module, and prints what the core says
 *
 * A program of the VM tests. Exit status 0: the module is loaded; 2: the core refuses the
 * list or the module, and says why; 1: anything else, also a refusal without a reason.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/update.h"

struct bytes {
	char *data;
	size_t size;
};

static void end_with(const char *problem)
{
	fprintf(stderr, "ask_core: %s: %s\n", problem, strerror(errno));
	exit(1);
}

static struct bytes read_whole(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct bytes bytes;
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		end_with(path);
	bytes.size = status.st_size;
	bytes.data = malloc(bytes.size);
	if (!bytes.data || read(fd, bytes.data, bytes.size) != (ssize_t)bytes.size)
		end_with(path);
	close(fd);
	return bytes;
}

/* The bytes of the module's own list. */
static struct bytes find_list(struct bytes module)
{
	const Elf64_Ehdr *header = (const void *)module.data;
	const Elf64_Shdr *sections = (const void *)(module.data + header->e_shoff);
	const char *names = module.data + sections[header->e_shstrndx].sh_offset;

	for (int i = 0; i < header->e_shnum; i++) {
		if (!strcmp(names + sections[i].sh_name, KSPLICE_SECTION_SYMBOLS))
			return (struct bytes){
				module.data + sections[i].sh_offset, sections[i].sh_size};
	}
	errno = ENOENT;
	end_with(KSPLICE_SECTION_SYMBOLS);
	return (struct bytes){0};
}

/* Prints what the core says about its last step; its exit status. */
static int print_refusal(int device, const char *step)
{
	int number = errno;
	char reason[8192];
	ssize_t size = pread(device, reason, sizeof(reason) - 1, 0);

	reason[size > 0 ? size : 0] = '\0';
	printf("%s: %s\n%s", step, strerror(number), reason);
	return size > 0 ? 2 : 1;
}

int main(int argc, char **argv)
{
	int device = open("/dev/" KSPLICE_DEVICE_NAME, O_RDWR);
	struct bytes list;
	int module;

	if (argc < 2 || argc > 3)
		return 1;
	if (device < 0)
		end_with("/dev/" KSPLICE_DEVICE_NAME);
	if (argc == 2 || strcmp(argv[2], "-")) {
		list = argc == 3 ? read_whole(argv[2]) : find_list(read_whole(argv[1]));
		if (write(device, list.data, list.size) != (ssize_t)list.size)
			return print_refusal(device, "list");
	}
	module = open(argv[1], O_RDONLY);
	if (module < 0)
		end_with(argv[1]);
	if (syscall(SYS_finit_module, module, "", 0))
		return print_refusal(device, "module");
	printf("loaded\n");
	return 0;
}
